// SPDX-License-Identifier: EUPL-1.2
#include "http/problem.hpp"

#include "http/json.hpp"

#include <boost/json/value.hpp>

namespace http {

int status_of(base::ErrorKind kind) {
    switch (kind) {
        case base::ErrorKind::invalid:
            return 422;
        case base::ErrorKind::signed_out:
            return 401;
        case base::ErrorKind::forbidden:
            return 403;
        case base::ErrorKind::not_found:
            return 404;
        case base::ErrorKind::conflict:
            return 409;
        case base::ErrorKind::too_large:
            return 413;
        case base::ErrorKind::unsupported:
            return 415;
    }
    return 500;
}

std::string_view problem_name(int status) {
    switch (status) {
        case 400:
            return "malformed";
        case 401:
            return "signed-out";
        case 403:
            return "forbidden";
        case 404:
            return "not-found";
        case 405:
            return "method";
        case 406:
            return "not-acceptable";
        case 409:
            return "conflict";
        case 413:
            return "too-large";
        case 415:
            return "unsupported";
        case 422:
            return "invalid";
        case 429:
            return "too-many";
        case 503:
            return "unavailable";
        default:
            return "broken";
    }
}

std::string problem(const PageRenderer& renderer, const Request& request, int status,
                    const base::Error* error) {
    const auto message = [&](const base::Reason& reason) {
        return renderer.message(request.language, reason);
    };
    const std::string prefix = "http." + std::to_string(status);
    boost::json::object out;
    out["type"] = "/problems/" + std::string{problem_name(status)};
    out["title"] = message({prefix + ".title"});
    out["status"] = status;
    if (!error) {
        out["detail"] = message({prefix + ".text"});
    } else {
        std::string detail;
        boost::json::array errors;
        for (const auto& reason : error->reasons) {
            const std::string text = message(reason);
            if (!detail.empty()) detail += ' ';
            detail += text;
            errors.push_back(boost::json::object{
                {"field", reason.field}, {"message", text}, {"key", reason.message_key}});
        }
        out["detail"] = detail;
        out["errors"] = std::move(errors);
    }
    out["instance"] = request.request_id;
    return to_json(out);
}

}  // namespace http
