// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/formats.hpp"

#include <boost/json.hpp>

namespace catalogue {
namespace json = boost::json;

std::string write_json(const std::vector<Exported>& offers) {
    json::array list;
    for (const Exported& exported : offers) {
        json::object item{{"slug", exported.slug}};
        const json::value members = to_json(exported.offer);
        for (const auto& member : members.get_object()) item[member.key()] = member.value();
        list.push_back(std::move(item));
    }
    return json::serialize(json::object{{"offers", std::move(list)}});
}

}  // namespace catalogue
