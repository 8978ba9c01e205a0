// SPDX-License-Identifier: EUPL-1.2
#include "http/response.hpp"

#include "http/problem.hpp"

#include <boost/json/value.hpp>

#include <algorithm>

namespace http {

View view(std::string template_name, boost::json::value data) {
    return {std::move(template_name), std::make_shared<const boost::json::value>(std::move(data))};
}

Response& Response::with_notice(std::string message_key) {
    notice = std::move(message_key);
    return *this;
}

Response& Response::with_cookie(Cookie cookie) {
    cookies.push_back(std::move(cookie));
    return *this;
}

Response& Response::with_header(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
}

Response show(View view) {
    Response response;
    response.view = std::move(view);
    return response;
}

// A success with a location: the router makes it a 303 for people.
Response done(std::string location, std::string notice_key, int status) {
    Response response;
    response.status = status;
    response.with_header("location", std::move(location)).with_notice(std::move(notice_key));
    return response;
}

Response done(std::string location, std::string notice_key, View view, int status) {
    Response response = done(std::move(location), std::move(notice_key), status);
    response.view = std::move(view);
    return response;
}

Response refuse(base::Error error) {
    Response response;
    response.status = status_of(error.kind);
    response.error = std::move(error);
    return response;
}

Response refuse(base::Error error, View form_view) {
    Response response = refuse(std::move(error));
    response.view = std::move(form_view);
    return response;
}

Response redirect(std::string location) {
    Response response;
    response.status = 303;
    response.with_header("location", std::move(location));
    return response;
}

Response content(std::string body, std::string content_type) {
    Response response;
    response.body = std::move(body);
    response.content_type = std::move(content_type);
    return response;
}

Response download(std::string body, std::string content_type, std::string file_name) {
    Response response = content(std::move(body), std::move(content_type));
    response.file_name = std::move(file_name);
    response.ranges = true;
    return response;
}

bool is_local_path(std::string_view path) {
    return path.starts_with('/') && !path.starts_with("//") &&
           std::ranges::none_of(path, [](char c) {
               const auto byte = static_cast<unsigned char>(c);
               return byte < 0x20 || byte == 0x7F || c == '\\';
           });
}

}  // namespace http
