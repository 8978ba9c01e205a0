// SPDX-License-Identifier: EUPL-1.2
#include "test_bank.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace {

std::string item_text(int level, int number, bool typed) {
    std::string text = "level = " + std::to_string(level) +
                       "\nintent = \"Savoir le mot.\"\nsource = \"Ce test\"\n";
    const std::string stem = "stem = \"Quel est le mot du niveau " + std::to_string(level) +
                             ", question " + std::to_string(number) + " ?\"\n";
    if (typed)
        text += "format = \"text\"\n" + stem +
                "[answer]\nkind = \"text\"\naccept = [\"le mot secret\"]\n";
    else
        text += "format = \"single\"\n" + stem +
                "[[options]]\ntext = \"le mot secret\"\nright = true\nwhy = \"C’est lui.\"\n"
                "[[options]]\ntext = \"un autre mot\"\nwhy = \"Ce n’est pas lui.\"\n"
                "[[options]]\ntext = \"un mot public\"\nwhy = \"Ce n’est pas lui.\"\n"
                "[[options]]\ntext = \"aucun mot ici\"\nwhy = \"Il y en a un.\"\n";
    text += "[feedback]\ntext = \"Le mot est secret, explication numéro " + std::to_string(number) +
            ".\"\nlearn = \"https://cyber.gouv.fr\"\n";
    text +=
        "[parameters]\ndossier = { from = 100, to = 999 }\n[file]\nkind = \"txt\"\nname = "
        "\"note.txt\"\ntext = \"Dossier {{dossier}}.\"\n";
    return text;
}

}  // namespace

void given_bank(TestApp& app, Questions questions) {
    std::vector<items::BankText> bank;
    for (const char* competence : {"1.1", "1.2", "1.3"})
        for (int number = 1; number <= 24; ++number) {
            const std::string digits = std::to_string(number);
            bank.push_back(
                {std::string(competence) + "-" + std::string(3 - digits.size(), '0') + digits,
                 item_text((number - 1) / 3 + 1, number,
                           questions == Questions::typed || number % 3 == 0)});
        }
    if (const auto loaded = app.app().items.load(bank, app.now); !loaded) {
        const base::Reason& reason = loaded.error().reasons.front();
        throw std::logic_error("given_bank: " + reason.message_key + " " + reason.field);
    }
}
