// SPDX-License-Identifier: EUPL-1.2
#include "http/forms.hpp"

#include <doctest/doctest.h>

using base::ErrorKind;
using http::Pairs;

namespace {

std::string key(const base::Result<http::Form>& form) {
    return form ? "" : form.error().reasons.at(0).message_key;
}
std::string value(const base::Result<http::Form>& form, std::string_view name) {
    if (!form)
        for (const auto& [key, text] : form.error().reasons.at(0).values)
            if (key == name) return text;
    return {};
}

std::string part(std::string_view disposition, std::string_view content) {
    return "--B\r\nContent-Disposition: form-data; " + std::string{disposition} + "\r\n\r\n" +
           std::string{content} + "\r\n";
}

std::string repeat(std::string_view text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += text;
    return out;
}

}  // namespace

TEST_CASE("a urlencoded form is read in order, with names that repeat") {
    const auto form = http::read_urlencoded("a=1&b=%C3%A9t%c3%a9+2027&a=&=x&flag&&c=a%26b%3D");
    REQUIRE(form);
    CHECK(form->pairs() ==
          Pairs{{"a", "1"}, {"b", "été 2027"}, {"a", ""}, {"", "x"}, {"flag", ""}, {"c", "a&b="}});
    CHECK(form->list("a") == std::vector<std::string>{"1"});
    CHECK(form->has("flag"));
    CHECK_FALSE(form->has("other"));
    CHECK(http::read_urlencoded("")->pairs().empty());
}

TEST_CASE("a malformed urlencoded form is refused with the place") {
    for (const auto* bad : {"ab=%", "ab=%4", "ab=%G1", "ab=%1G"}) {
        const auto form = http::read_urlencoded(bad);
        CHECK(key(form) == "http.body.bad_escape");
        CHECK(value(form, "position") == "3");
    }
    CHECK(value(http::read_urlencoded("a=1&%zz=1"), "position") == "4");
    CHECK(key(http::read_urlencoded("a=%FF")) == "http.body.not_utf8");
    CHECK(key(http::read_urlencoded("a=%00")) == "http.body.not_utf8");
    CHECK(key(http::read_urlencoded("%FF=a")) == "http.body.not_utf8");
    CHECK(http::read_urlencoded(std::string(http::max_name_bytes, 'n') + "=1"));
    CHECK_FALSE(http::read_urlencoded(std::string(http::max_name_bytes + 1, 'n') + "=1"));
    CHECK(http::read_urlencoded(repeat("a=1&", http::max_fields)));
    const auto many = http::read_urlencoded(repeat("a=1&", http::max_fields + 1));
    REQUIRE_FALSE(many);
    CHECK(many.error().kind == ErrorKind::too_large);
}

TEST_CASE("the values of a form are trimmed, and numbers and flags are strict") {
    const http::Form form{
        {{"a", " x\xC2\xA0"}, {"n", " 12 "}, {"bad", "12a"}, {"on", "on"}, {"off", "0"}}};
    CHECK(form.text("a") == "x");
    CHECK(form.integer("n") == 12);
    CHECK(form.integer("bad") == std::nullopt);
    CHECK(form.integer("none") == std::nullopt);
    CHECK(form.flag("on"));
    CHECK_FALSE(form.flag("off"));
    CHECK_FALSE(form.flag("none"));
}

TEST_CASE("no value turns the direction of writing unseen, however it was sent") {
    const std::string turned = "a\u202Eb";
    CHECK(http::read_form("application/x-www-form-urlencoded", "t=a%E2%80%AEb").value().text("t") ==
          "ab");
    CHECK(http::read_form("application/json", R"({"t":")" + turned + R"("})").value().text("t") ==
          "ab");
}

TEST_CASE("a multipart form gives fields and files") {
    const auto form = http::read_multipart(
        "preamble\r\n" + part("name=\"title\"", "Été\r\n--Bald") + part("name=\"a%22b\"", "") +
            "--B\r\ncontent-type: text/csv\r\nContent-Disposition: form-data; name=file; "
            "filename=\"C:\\data\\x\\\"y.csv\"\r\n\r\na;b\r\n\xFF\r\n" +
            part("name=\"small\"; filename=\"s.txt\"", "s") +
            part("name=\"empty\"; filename=\"\"", "") + "--B--\r\nepilogue",
        "B");
    // "--Bald" begins like the delimiter, so the boundary was badly chosen: refused, not guessed.
    CHECK(key(form) == "http.multipart.malformed");

    const auto good = http::read_multipart(
        "preamble\r\n" + part("name=\"title\"", "Été\r\n-B") + part("name=\"a%22b\"", "") +
            "--B\r\ncontent-type: text/csv\r\nContent-Disposition: form-data; name=file; "
            "filename=\"C:\\data\\x\\\"y.csv\"\r\n\r\na;b\r\n\xFF\r\n" +
            part("name=\"small\"; filename=\"s.txt\"", "s") +
            part("name=\"empty\"; filename=\"\"", "") + "--B--\r\nepilogue",
        "B");
    REQUIRE(good);
    CHECK(good->pairs() == Pairs{{"title", "Été\r\n-B"}, {"a\"b", ""}});
    REQUIRE(good->file("file"));
    CHECK(good->file("file")->name == "x\"y.csv");
    CHECK(good->file("file")->content_type == "text/csv");
    CHECK(good->file("file")->content == "a;b\r\n\xFF");
    CHECK(good->file("small")->content == "s");
    CHECK(good->file("empty") == nullptr);  // no file was chosen
}

TEST_CASE("a large file is not copied out of the body") {
    const std::string content(1'000'000, 'x');
    std::string body =
        part("name=\"f\"; filename=\"f\"", content) + part("name=\"t\"", "1") + "--B--";
    const auto* memory = body.data();
    const auto form = http::read_multipart(std::move(body), "B");
    REQUIRE(form);
    CHECK(form->file("f")->content == content);
    CHECK(static_cast<const void*>(form->file("f")->content.data()) == memory);
    CHECK(form->text("t") == "1");
}

TEST_CASE("a malformed multipart form is refused") {
    struct Case {
        std::string body;
        const char* key;
    };
    for (const auto& [body, expected] : std::vector<Case>{
             {"", "http.multipart.malformed"},
             {"no delimiter", "http.multipart.malformed"},
             {part("name=\"a\"", "1"), "http.multipart.truncated"},
             {"--B", "http.multipart.malformed"},
             {"--B\r\n\r\nx\r\n--B--", "http.multipart.malformed"},  // no disposition
             {"--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--",
              "http.multipart.malformed"},
             {"--B\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nx\r\n--B--",
              "http.multipart.malformed"},
             {"--B\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--B--",
              "http.multipart.malformed"},
             {"--B\r\nnonsense\r\n\r\nx\r\n--B--", "http.multipart.malformed"},
             {"--B\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: form-data; "
              "name=\"a\"\r\n\r\neA==\r\n--B--",
              "http.multipart.malformed"},
             {"--B\r\n" + repeat("X: y\r\n", 20) + "\r\nx\r\n--B--", "http.multipart.malformed"},
             {"--B\r\nX: " + std::string(5000, 'y') + "\r\n\r\nx\r\n--B--",
              "http.multipart.malformed"},
             {part("name=\"a\"", "\xFF") + "--B--", "http.body.not_utf8"},
             {part("name=\"\xFF\"", "x") + "--B--", "http.body.not_utf8"},
             {part("name=\"a\"; filename=\"\xFF\"", "x") + "--B--", "http.body.not_utf8"},
         }) {
        CAPTURE(body);
        CHECK(key(http::read_multipart(body, "B")) == expected);
    }
    CHECK(http::read_multipart("--B--", "B"));
    CHECK(key(http::read_multipart("--B--", "")) == "http.multipart.no_boundary");
    CHECK(http::read_multipart("--" + std::string(70, 'b') + "--", std::string(70, 'b')));
    CHECK(key(http::read_multipart("", std::string(71, 'b'))) == "http.multipart.no_boundary");
    CHECK(http::read_multipart(repeat(part("name=\"a\"", "1"), http::max_parts) + "--B--", "B"));
    CHECK(key(http::read_multipart(repeat(part("name=\"a\"", "1"), http::max_parts + 1) + "--B--",
                                   "B")) == "http.body.too_many");
}

TEST_CASE("a JSON object reads as the same names and values as a form") {
    const auto form = http::read_json(
        R"( {"themes": ["a","b"], "seats": 20, "open": true, "shut": false, "none": null,
             "rate": 0.95, "round": 1E2, "big": 18446744073709551615, "minus": -5, "text": "\u00e9\n",
             "a": {"b": 1, "c": {"d": 2}}, "list": [{"b": 1}, "x", {"b": 2, "c": []}, [7, 8]],
             "last": ""} )");
    REQUIRE(form);
    CHECK(form->pairs() == Pairs{{"themes", "a"},
                                 {"themes", "b"},
                                 {"seats", "20"},
                                 {"open", "1"},
                                 {"shut", "0"},
                                 {"rate", "0.95"},
                                 {"round", "100"},
                                 {"big", "18446744073709551615"},
                                 {"minus", "-5"},
                                 {"text", "é\n"},
                                 {"a.b", "1"},
                                 {"a.c.d", "2"},
                                 {"list.0.b", "1"},
                                 {"list", "x"},
                                 {"list.2.b", "2"},
                                 {"list.3", "7"},
                                 {"list.3", "8"},
                                 {"last", ""}});
    CHECK(http::read_json("{}")->pairs().empty());
}

TEST_CASE("malformed JSON is refused with line and column") {
    const auto form = http::read_json("{\n  \"a\": 1,\n  \"b\": oops}");
    CHECK(key(form) == "http.json.syntax");
    CHECK(value(form, "line") == "3");
    CHECK(std::stoi(value(form, "column")) >= 8);
    for (const auto* bad :
         {"", " ", "{", "{\"a\":}", "{\"a\":1,}", "{\"a\":1} x", "{'a':1}", "{\"a\":01}",
          "{\"a\":NaN}", "{\"a\":\"\xFF\"}", "{\"a\":1}{}", "{\"a\":\"\\ud800\"}", "{/**/}"}) {
        CAPTURE(bad);
        CHECK(key(http::read_json(bad)) == "http.json.syntax");
    }
    for (const auto* bad : {"[]", "1", "\"a\"", "null", "true", "[{\"a\":1}]"})
        CHECK(key(http::read_json(bad)) == "http.json.not_object");
    CHECK(key(http::read_json(R"({"a":1,"a":2})")) == "http.json.duplicate");
    CHECK(key(http::read_json(R"({"a":1E999})")) == "http.json.huge_number");
    CHECK(key(http::read_json(R"({"x":{"a":1,"\u0061":2}})")) == "http.json.duplicate");
    CHECK(http::read_json(R"({"x":{"a":1},"y":{"a":2},"a":3})"));
    CHECK(key(http::read_json(R"({"a":"\u0000"})")) == "http.json.bad_text");
    CHECK(key(http::read_json(R"({"\u0000":1})")) == "http.json.bad_name");
}

TEST_CASE("JSON is limited in depth, number of values and length of names") {
    const auto nested = [](std::size_t depth) {
        return repeat("{\"a\":", depth) + "1" + repeat("}", depth);
    };
    CHECK(http::read_json(nested(http::max_json_depth)));
    CHECK(key(http::read_json(nested(http::max_json_depth + 1))) == "http.json.too_deep");
    const auto list = [](std::size_t size) {
        return "{\"a\":[1" + repeat(",null", size - 2) + "]}";  // the list itself counts
    };
    CHECK(http::read_json(list(http::max_fields)));
    CHECK(key(http::read_json(list(http::max_fields + 1))) == "http.body.too_many");
    CHECK(http::read_json("{\"" + std::string(200, 'n') + "\":1}"));
    CHECK(key(http::read_json("{\"" + std::string(201, 'n') + "\":1}")) == "http.json.bad_name");
    // Nested names would repeat in each value and multiply the memory.
    CHECK(key(http::read_json("{\"" + std::string(150, 'n') + "\":{\"" + std::string(50, 'm') +
                              "\":1}}")) == "http.json.bad_name");
}

TEST_CASE("a body is read by its media type") {
    CHECK(http::read_form("Application/X-WWW-Form-Urlencoded; charset=utf-8", "a=1")->text("a") ==
          "1");
    CHECK(http::read_form("application/json", "{\"a\":1}")->text("a") == "1");
    CHECK(http::read_form("multipart/form-data; boundary=\"B\"", part("name=\"a\"", "1") + "--B--")
              ->text("a") == "1");
    CHECK(http::read_form("", "")->pairs().empty());
    for (const auto* type : {"", "text/plain", "application/xml", "application/jsonp"})
        CHECK(http::read_form(type, "a=1").error().kind == ErrorKind::unsupported);
    CHECK(key(http::read_form("multipart/form-data", "--B--")) == "http.multipart.no_boundary");
}

TEST_CASE("parameters of a header are found, quoted or not") {
    CHECK(http::header_parameter("form-data; name=\"a;b\\\"c\"; filename=x", "name") == "a;b\"c");
    CHECK(http::header_parameter("form-data; name=\"a;b\"; FileName = x ", "filename") == "x");
    CHECK(http::header_parameter("form-data; filename=\"name=x\"", "name") == std::nullopt);
    CHECK(http::header_parameter("form-data; name", "name") == std::nullopt);
    CHECK(http::header_parameter("form-data", "name") == std::nullopt);
    CHECK(http::header_parameter("a; flag; name=1", "name") == "1");
}
