// SPDX-License-Identifier: EUPL-1.2
// What a handler answers. A view is one JSON value with two faces: programs get it as it is, people
// get the template of that name filled with it. A handler never chooses between the two.
#pragma once
#include "base/result.hpp"
#include "http/request.hpp"

#include <boost/json/fwd.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace http {

struct View {
    std::string template_name;  // "catalogue/list" is src/catalogue/templates/list.html
    const boost::json::value& data() const { return *value; }
    std::shared_ptr<const boost::json::value> value;  // shared by nobody else: only so that this
                                                      // header needs no Boost.JSON
};
View view(std::string template_name, boost::json::value data);

struct Cookie {
    std::string name;
    std::string value;
    std::int64_t max_age_s = -1;  // -1: until the browser closes; 0: delete
    bool http_only = true;
};

struct Response {
    int status = 200;
    Pairs headers;
    std::string body;
    std::string content_type;  // of body; ignored where there is a view or an error
    std::optional<View> view;
    std::optional<base::Error> error;  // shown in the view when there is one, else on its own page
    std::string notice;                // message key shown to people on the next page they see
    std::vector<Cookie> cookies;
    std::string file_name;        // Content-Disposition: attachment
    std::int64_t max_age_s = -1;  // Cache-Control; -1: no-store when signed in, else no-cache
    bool ranges = false;          // answer Range requests (downloads)

    Response& with_notice(std::string message_key);
    Response& with_cookie(Cookie);
    Response& with_header(std::string name, std::string value);
};

// 200: the view.
Response show(View);
// For people 303 to `location`, with the notice; for programs `status` with `view` (or
// {"location": ...} if there is none) and a Location header.
Response done(std::string location, std::string notice_key, int status = 200);
Response done(std::string location, std::string notice_key, View, int status = 200);
// The refusal with its status (see problem.cpp for the one table): problem details (RFC 9457) for
// programs, the general error page for people.
Response refuse(base::Error);
// The same, but people get the form back as `form_view` with what they typed; the errors stand in
// its `errors` ([{field, message}]).
Response refuse(base::Error, View form_view);
Response redirect(std::string location);  // 303 for both
// True for a path on this site: what a redirect may take from a request. Refuses "//host",
// "/\\host" and control characters, which browsers drop before they look ("/<tab>/host").
bool is_local_path(std::string_view);
// Any other body.
Response content(std::string body, std::string content_type);
Response download(std::string body, std::string content_type, std::string file_name);

}  // namespace http
