// SPDX-License-Identifier: EUPL-1.2
#include "positioning_model.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace {

std::string item_text(int level, int number) {
    std::string text = "level = " + std::to_string(level) +
                       "\nintent = \"Savoir le mot.\"\nsource = \"Ce test\"\n";
    const std::string stem = "stem = \"Quel est le mot du niveau " + std::to_string(level) +
                             ", question " + std::to_string(number) + " ?\"\n";
    if (number % 3 == 0)
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

void given_bank(TestApp& app) {
    std::vector<items::BankText> bank;
    for (const char* competence : {"1.1", "1.2", "1.3"})
        for (int number = 1; number <= 24; ++number) {
            const std::string digits = std::to_string(number);
            bank.push_back(
                {std::string(competence) + "-" + std::string(3 - digits.size(), '0') + digits,
                 item_text((number - 1) / 3 + 1, number)});
        }
    const auto loaded = app.app().items.load(bank, app.now);
    if (!loaded) {
        const base::Reason& reason = loaded.error().reasons.front();
        FAIL(reason.message_key << " " << reason.field);
    }
}

std::string begin_test(TestApp& app, const http::Pairs& more) {
    http::Pairs form{{"scope", "area"}, {"area", "1"}};
    form.insert(form.end(), more.begin(), more.end());
    const auto begun = app.post("/positioning", form, "json");
    REQUIRE(begun.status == 201);
    return "/positioning/" + std::to_string(boost::json::parse(begun.body).at("id").as_int64());
}

http::Pairs answer_to(const boost::json::value& test, bool right) {
    http::Pairs form{{"revision", std::to_string(test.at("revision").as_int64())}};
    const boost::json::value& question = test.at("question");
    if (question.at("format") == "text") {
        form.emplace_back("answer", right ? "Le mot SECRET" : "je suppose");
        return form;
    }
    for (const auto& option : question.at("single").at("options").as_array())
        if (boost::json::serialize(option).contains("le mot secret") == right) {
            form.emplace_back("answer", boost::json::value_to<std::string>(option.at("value")));
            return form;
        }
    FAIL("no such option");
    return form;
}
