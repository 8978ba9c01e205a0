// SPDX-License-Identifier: EUPL-1.2
#include "positioning_model.hpp"

#include <doctest/doctest.h>

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
