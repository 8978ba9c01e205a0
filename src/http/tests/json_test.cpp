// SPDX-License-Identifier: EUPL-1.2
#include "http/json.hpp"

#include "http/tokens.hpp"

#include <doctest/doctest.h>
#include <boost/json/parse.hpp>

#include <limits>

TEST_CASE("JSON is written as people write it") {
    for (const auto* text :
         {R"({"a":[1,-2,0.95,100.5,true,false,null],"b":{},"c":[],"d":"é\"\\\n\r\t\u0001"})", "[]",
          "3", "18446744073709551615", R"([[],[{}],""])"})
        CHECK(http::to_json(boost::json::parse(text)) == text);
}

TEST_CASE("numbers have the shortest digits without an exponent where people write none") {
    const auto text = [](double value) {
        std::string out;
        http::append_number(out, value);
        return out;
    };
    CHECK(text(0.95) == "0.95");
    CHECK(text(100) == "100");
    CHECK(text(100'000) == "100000");
    CHECK(text(0.1 + 0.2) == "0.30000000000000004");
    CHECK(text(0.00001) == "0.00001");
    CHECK(text(1e-7) == "1e-07");
    CHECK(text(-1.5e20) == "-150000000000000000000");
    CHECK(text(1e21) == "1e+21");
    CHECK(text(0) == "0");
    CHECK(text(std::numeric_limits<double>::max()) == "1.7976931348623157e+308");
    CHECK(text(std::numeric_limits<double>::infinity()) == "null");
    CHECK(text(std::numeric_limits<double>::quiet_NaN()) == "null");
}

TEST_CASE("a form token is bound to its secret, and its mask is new each time") {
    const std::string token = http::form_token("a");
    CHECK(token.size() == 43);
    CHECK(token != http::form_token("b"));
    CHECK(http::is_form_token(token, token));
    CHECK(http::is_form_token(http::masked(token), token));
    CHECK(http::masked(token) != http::masked(token));
    CHECK_FALSE(http::is_form_token(http::masked(http::form_token("b")), token));
    CHECK_FALSE(http::is_form_token(std::string(86, '='), token));
    CHECK_FALSE(http::is_form_token(token + "A", token));
    CHECK_FALSE(http::is_form_token("", token));
}
