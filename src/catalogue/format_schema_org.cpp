// SPDX-License-Identifier: EUPL-1.2
#include "base/text.hpp"
#include "catalogue/formats.hpp"

#include <boost/json.hpp>

namespace catalogue {
namespace json = boost::json;

namespace {

std::string iso_duration(int minutes) {
    std::string out = "PT";
    if (minutes >= 60) out += std::to_string(minutes / 60) + 'H';
    if (minutes % 60 != 0) out += std::to_string(minutes % 60) + 'M';
    return out;
}

const char* course_mode(std::string_view modality) {
    return modality == "en-ligne" ? "online" : modality == "presentiel" ? "onsite" : "blended";
}

json::array texts(const std::vector<std::string>& list) {
    json::array out;
    for (const std::string& item : list) out.emplace_back(item);
    return out;
}

// The lines of a text, without the signs of a list.
json::array lines(std::string_view text) {
    json::array out;
    for (std::string_view line : base::split(text, '\n')) {
        if (const auto start = line.find_first_not_of("-*\t "); start != std::string_view::npos)
            out.emplace_back(json::string_view(line.data() + start, line.size() - start));
    }
    return out;
}

json::object named(const char* type, const std::string& name) {
    return {{"@type", type}, {"name", name}};
}

}  // namespace

json::value to_schema_org(const Exported& exported, std::string_view base_url) {
    const Offer& offer = exported.offer;
    const std::string url = std::string(base_url) + "/catalogue/" + exported.slug;
    json::object course{
        {"@context", "https://schema.org"},
        {"@type", "Course"},
        {"@id", url},
        {"url", url},
        {"name", offer.shown_title()},
        {"description", offer.summary.empty() ? offer.shown_title() : offer.summary},
        {"dateModified", base::iso_time(exported.updated_at)}};
    json::array providers;
    if (!offer.provider.empty()) providers.push_back(named("Organization", offer.provider));
    for (const std::string& organiser : offer.organisers)
        if (organiser != offer.provider) providers.push_back(named("Organization", organiser));
    if (!providers.empty()) course["provider"] = std::move(providers);
    if (!offer.languages.empty()) course["inLanguage"] = texts(offer.languages);
    if (!offer.level.empty()) course["educationalLevel"] = offer.level;
    if (auto goals = lines(offer.objectives); !goals.empty()) course["teaches"] = std::move(goals);
    if (!offer.prerequisites.empty()) course["coursePrerequisites"] = offer.prerequisites;
    if (offer.duration_minutes) course["timeRequired"] = iso_duration(*offer.duration_minutes);
    if (offer.price_cents) course["isAccessibleForFree"] = *offer.price_cents == 0;
    if (!offer.image_url.empty()) course["image"] = offer.image_url;
    if (!offer.content_licence.empty()) course["license"] = offer.content_licence;
    json::array about;
    for (const std::string& theme : offer.themes) about.emplace_back(theme);
    for (const std::string& subtheme : offer.subthemes) about.emplace_back(subtheme);
    if (!about.empty()) course["about"] = std::move(about);
    if (!offer.certification.empty()) {
        json::object credential = named("EducationalOccupationalCredential", offer.certification);
        if (!offer.certification_code.empty()) credential["identifier"] = offer.certification_code;
        course["educationalCredentialAwarded"] = std::move(credential);
    }
    if (!offer.audiences.empty()) {
        json::array audiences;
        for (const std::string& audience : offer.audiences)
            audiences.push_back(json::object{{"@type", "Audience"}, {"audienceType", audience}});
        course["audience"] = std::move(audiences);
    }

    json::array instances;
    for (const std::string& modality : offer.modalities) {
        json::object instance{{"@type", "CourseInstance"}, {"courseMode", course_mode(modality)}};
        if (offer.duration_minutes)
            instance["courseWorkload"] = iso_duration(*offer.duration_minutes);
        if (!offer.places.empty() && modality != "en-ligne") {
            json::array places;
            for (const std::string& place : offer.places) places.push_back(named("Place", place));
            instance["location"] = std::move(places);
        }
        instances.push_back(std::move(instance));
    }
    if (!instances.empty()) course["hasCourseInstance"] = std::move(instances);
    return course;
}

std::string json_ld_text(const json::value& value) {
    const std::string text = json::serialize(value);
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        // '<' occurs only inside strings, where its escape means the same.
        if (c == '<')
            out += "\\u003c";
        else
            out += c;
    }
    return out;
}

}  // namespace catalogue
