// SPDX-License-Identifier: EUPL-1.2
#include "requests/views.hpp"

#include "base/csv.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "base/zone.hpp"
#include "http/pagination.hpp"
#include "organisations/organisations.hpp"
#include "requests/cpf.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <span>

namespace requests {
namespace json = boost::json;
namespace {

json::object field(std::string_view value, bool required = false) {
    return {{"value", value}, {"required", required}};
}

json::array choices(std::span<const std::string_view> values, std::string_view chosen) {
    json::array views;
    for (const std::string_view value : values)
        views.push_back(
            {{"value", value}, {"checked", value == chosen}, {"selected", value == chosen}});
    return views;
}

json::object title_view(const catalogue::OfferTitle& title) {
    return {{"slug", title.slug}, {"title", title.title}, {"fictitious", title.fictitious}};
}

using Names = std::map<base::PersonId, identity::Named>;

std::string_view name_in(const Names& people, base::PersonId person) {
    const auto at = people.find(person);
    return at == people.end() ? std::string_view{} : at->second.name;
}

std::string name_in(const People& people, base::PersonId person) {
    const auto at = people.find(person);
    return at == people.end() ? std::string{} : at->second.full_name();
}

const sessions::Placed* placed_in(const std::map<base::SessionId, sessions::Placed>& sessions,
                                  const Request& request) {
    if (!request.session) return nullptr;
    const auto at = sessions.find(*request.session);
    return at == sessions.end() ? nullptr : &at->second;
}

// What every list of requests tells of one.
json::object summary(const Request& request, const catalogue::OfferTitle& title, base::Time now) {
    json::object view{
        {"id", request.id.value},
        {"state", name_of(request.state)},
        {"regime", request.answers.regime},
        {"offer", title_view(title)},
        {"draft", request.state == State::draft},
        {"to_decide", request.state == State::to_decide},
        {"approved", request.state == State::approved},
        {"refused", request.state == State::refused},
        {"decider", request.state == State::to_decide ? json::value(name_of(request.decider))
                                                      : json::value(nullptr)},
        {"overdue", request.due_at && *request.due_at < now},
        {"outcome", request.outcome},
        {"can_withdraw", next(request.state, Event::withdraw).has_value()},
        {"changed_at", base::iso_time(request.changed_at)}};
    view["due_at"] = request.due_at ? json::value(base::iso_time(*request.due_at)) : nullptr;
    view["submitted_at"] =
        request.submitted_at ? json::value(base::iso_time(*request.submitted_at)) : nullptr;
    view["decided_at"] =
        request.decided_at ? json::value(base::iso_time(*request.decided_at)) : nullptr;
    view["price_cents"] = request.price_cents ? json::value(*request.price_cents) : nullptr;
    view["free"] = request.price_cents == 0;
    view["session"] = nullptr;
    return view;
}

// ... and of its session.
json::object summary(const Request& request, const catalogue::OfferTitle& title,
                     const sessions::Placed* placed, base::Time now) {
    json::object view = summary(request, title, now);
    if (placed != nullptr)
        view["session"] =
            sessions::session_view(placed->session, placed->venue ? &*placed->venue : nullptr);
    return view;
}

// Of those who are away on the same days, so many are named: beside one request, in a list of them.
constexpr std::size_t background_of_one = 50;
constexpr std::size_t background_of_several = 6;

std::string dates_in_words(const sessions::Placed* placed) {
    return placed == nullptr ? std::string{} : base::iso_time(placed->session.starts_at());
}

// `most`: absences that are named.
json::object background_view(const Background& background, const Names& people, std::size_t most) {
    json::array absences;
    const std::size_t named = std::min(most, background.absences.size());
    for (const Background::Absence& absence : std::span{background.absences}.first(named))
        absences.push_back({{"name", name_in(people, absence.person)}, {"asked", absence.asked}});
    json::array trainings;
    for (const Background::Training& training : background.trainings)
        trainings.push_back({{"title", training.title}, {"day", base::iso_date(training.day)}});
    return {{"absences", std::move(absences)},
            {"absences_more", background.absences.size() - named},
            {"trainings", std::move(trainings)}};
}

}  // namespace

// -- asking

json::object form_view(const FormContext& context, const Typed& typed) {
    json::array sessions;
    sessions.push_back({{"value", ""}, {"selected", !typed.session}});
    for (const sessions::Session& session : context.sessions)
        sessions.push_back({{"value", std::to_string(session.id.value)},
                            {"starts_at", base::iso_time(session.starts_at())},
                            {"full", session.seats.full()},
                            {"selected", typed.session == session.id}});
    json::array steps;
    for (std::size_t i = 0; i < context.steps.size(); ++i)
        steps.push_back({{"decider", name_of(context.steps[i].decider)},
                         {"opinion", i + 1 < context.steps.size()},
                         {"days", context.steps[i].days}});
    static constexpr std::array<std::string_view, 2> yes_no{"yes", "no"};
    const Answers& a = typed.answers;
    return {
        {"offer",
         {{"slug", context.slug}, {"title", context.title}, {"fictitious", context.fictitious}}},
        {"has_prerequisites", context.has_prerequisites},
        {"prerequisites", context.prerequisites},
        {"needs_supervisor", context.needs_supervisor},
        {"supervisor", context.supervisor},
        {"steps", std::move(steps)},
        {"form",
         {{"session", {{"options", std::move(sessions)}, {"required", true}}},
          {"prerequisite", {{"options", choices(yes_no, a.prerequisite)}, {"required", true}}},
          {"expertise", {{"options", choices(expertises(), a.expertise)}, {"required", true}}},
          {"motivation", field(a.motivation, true)},
          {"regime", {{"options", choices(regimes(), a.regime)}, {"required", true}}},
          {"nature", {{"options", choices(cpf::natures(), a.nature)}, {"required", false}}},
          {"observatoire", field(a.observatoire)},
          {"accommodation", field(a.accommodation)},
          {"supervisor_email", field(typed.supervisor_email, true)}}}};
}

json::object alternatives_view(const std::vector<Alternative>& alternatives) {
    json::array offers;
    for (const Alternative& one : alternatives)
        offers.push_back({{"slug", one.slug}, {"title", one.title}});
    return {{"alternatives", std::move(offers)}};
}

// -- reading and deciding

TeamCalendar::TeamCalendar(const Team& team, base::Time now) {
    for (const auto& [id, session] : team.sessions)
        if (session.status != sessions::Status::cancelled)
            for (const sessions::Slot& slot : session.slots)
                days_[id].insert(base::in_paris(slot.starts_at).day);
    const auto add = [&](base::PersonId person, base::SessionId session, bool asked) {
        const auto days = days_.find(session);
        if (days == days_.end()) return;
        for (const base::Date day : days->second) away_[day].push_back({person, asked});
    };
    for (const enrolments::Held& seat : team.seats) {
        add(seat.person, seat.session, false);
        const auto days = days_.find(seat.session);
        if (days == days_.end()) continue;
        const sessions::Dated& session = team.sessions.at(seat.session);
        if (session.ends_at() < now)
            trainings_[seat.person].push_back(
                {team.titles.at(session.offer).title, *days->second.begin()});
    }
    for (const auto* list : {&team.to_answer, &team.others})
        for (const Request& request : *list)
            if (request.session) add(request.person, *request.session, true);
    for (auto& [person, list] : trainings_)
        std::sort(list.begin(), list.end(),
                  [](const auto& a, const auto& b) { return a.day > b.day; });
}

Background TeamCalendar::background_of(const Request& request) const {
    constexpr std::size_t trainings_shown = 3;
    Background background;
    if (const auto days = request.session ? days_.find(*request.session) : days_.end();
        days != days_.end()) {
        std::set<base::PersonId> named{request.person};
        for (const base::Date day : days->second)
            if (const auto away = away_.find(day); away != away_.end())
                for (const Background::Absence& one : away->second)
                    if (named.insert(one.person).second) background.absences.push_back(one);
    }
    if (const auto list = trainings_.find(request.person); list != trainings_.end())
        background.trainings.assign(
            list->second.begin(),
            list->second.begin() +
                static_cast<std::ptrdiff_t>(std::min(list->second.size(), trainings_shown)));
    return background;
}

json::object request_view(const Dossier& dossier, base::PersonId reader, const Team* team,
                          std::string_view action, const Decision& typed, base::Time now) {
    const Request& request = dossier.request;
    const Answers& a = request.answers;
    json::object view =
        summary(request, dossier.title, dossier.placed ? &*dossier.placed : nullptr, now);
    const bool mine = reader == request.person;
    const identity::Person& agent = dossier.people.at(request.person);
    view["mine"] = mine;
    view["can_edit"] = mine && request.state == State::draft;
    view["can_withdraw"] = mine && next(request.state, Event::withdraw).has_value();
    view["agent"] = {{"name", agent.full_name()}, {"job", agent.job}, {"email", agent.email}};
    view["nature"] = a.nature;
    view["prerequisite"] = a.prerequisite;
    view["expertise"] = a.expertise;
    view["motivation"] = a.motivation;
    view["observatoire"] = a.observatoire;
    // For the organiser alone; the agent sees what they wrote.
    if (mine) view["accommodation"] = a.accommodation;
    const bool by_cpf = a.regime == "cpf";
    view["cpf"] = by_cpf;

    json::array steps;
    for (std::size_t i = 0; i < dossier.steps.size(); ++i) {
        const int number = static_cast<int>(i) + 1;
        json::object step{{"number", number},
                          {"decider", name_of(dossier.steps[i].decider)},
                          {"opinion", i + 1 < dossier.steps.size()},
                          {"current", request.state == State::to_decide && request.step == number},
                          {"answer", nullptr}};
        for (const Answered& answer : dossier.answers) {
            if (answer.step != number) continue;
            step["answer"] = {{"verdict", name_of(answer.verdict)},
                              {"favourable", answer.verdict == Verdict::favourable},
                              {"by", answer.by ? name_in(dossier.people, *answer.by) : ""},
                              {"as", answer.as},
                              {"silent", answer.as == "program"},
                              {"reason", answer.reason},
                              {"joint_opinion_on", answer.joint_opinion_on
                                                       ? base::iso_date(*answer.joint_opinion_on)
                                                       : std::string{}},
                              {"at", base::iso_time(answer.at)}};
        }
        steps.push_back(std::move(step));
    }
    view["steps"] = std::move(steps);
    view["escalated"] = request.escalated;
    std::string decider_name;
    bool unconfirmed = false;
    if (request.state == State::to_decide && request.decider == Decider::supervisor) {
        if (request.decider_id)
            decider_name = name_in(dossier.people, *request.decider_id);
        else if (dossier.supervision)
            decider_name = dossier.supervision->supervisor_email;
        unconfirmed = !request.decider_id;
    }
    view["decider_name"] = decider_name;
    view["unconfirmed"] = unconfirmed;
    view["no_supervisor"] = unconfirmed && !dossier.supervision;
    view["silence"] = request.state != State::to_decide ? ""
                      : by_cpf                          ? "cpf"
                      : dossier.steps.empty()           ? std::string_view{}
                                                        : name_of(dossier.steps.back().silence);
    view["appeal"] = by_cpf ? "cpf" : "general";
    const bool negative = request.state == State::refused || request.state == State::deferred;
    view["shows_appeal"] = negative || request.state == State::to_decide;
    if (request.deferred_until) view["deferred_until"] = base::iso_date(*request.deferred_until);

    view["as"] = dossier.as;
    view["may_decide"] = !dossier.as.empty();
    view["may_ask_reasons"] = dossier.may_ask_reasons;
    view["may_give_reasons"] = dossier.may_give_reasons;
    view["reasons_asked_at"] =
        dossier.reasons.asked_at ? base::iso_time(*dossier.reasons.asked_at) : std::string{};
    view["reasons_wait"] = dossier.reasons.asked_at && !dossier.reasons.answered_at;
    if (dossier.may_give_reasons) view["form"] = {{"reasons", field("")}};
    if (!dossier.as.empty()) {
        const bool last = dossier.last_step();
        const bool foundation = by_cpf && !cpf::may_refuse(a.nature);
        view["last_step"] = last;
        view["may_refuse"] = !(last && foundation);
        view["may_defer"] = last && foundation;
        view["needs_joint_opinion"] =
            last && by_cpf && !foundation && cpf::needs_joint_opinion(dossier.refused_on);
        json::array refusals;
        for (const auto& [year, count] : cpf::refusals_by_year(dossier.refused_on))
            refusals.push_back({{"year", std::to_string(year)}, {"count", count}});
        view["refusals"] = std::move(refusals);
        view["priority_first"] =
            by_cpf && cpf::priority(a.nature, true) < cpf::priority("evolution", true);
        view["action"] = action;
        view["form"] = {
            {"reason", field(typed.reason)},
            {"joint_opinion_on",
             field(typed.joint_opinion_on ? base::iso_date(*typed.joint_opinion_on) : "")},
            {"deferred_until",
             field(typed.deferred_until ? base::iso_date(*typed.deferred_until) : "")},
            {"verdict", json::object{}}};
        if (team != nullptr) {
            view["knows_team"] = true;
            view["background"] = background_view(TeamCalendar(*team, now).background_of(request),
                                                 team->people, background_of_one);
        } else {
            view["knows_team"] = false;
        }
    }
    return view;
}

json::object mine_view(const Mine& mine, base::Time now) {
    json::array open;
    json::array past;
    for (const Request& request : mine.requests) {
        json::object view =
            summary(request, mine.titles.at(request.offer), placed_in(mine.sessions, request), now);
        view["decider_name"] =
            request.decider_id ? name_in(mine.people, *request.decider_id) : std::string{};
        const bool is_open = request.state == State::draft || request.state == State::to_decide;
        (is_open ? open : past).push_back(std::move(view));
    }
    const bool none = open.empty() && past.empty();
    return {{"open", std::move(open)}, {"past", std::move(past)}, {"none", none}};
}

json::object team_view(const Team& team, base::PersonId reader, base::Time now) {
    const TeamCalendar calendar(team, now);
    json::array to_answer;
    for (const Request& request : team.to_answer) {
        if (request.person == reader) continue;  // nobody decides on their own request
        json::object view = summary(request, team.titles.at(request.offer), now);
        const auto session =
            request.session ? team.sessions.find(*request.session) : team.sessions.end();
        if (session != team.sessions.end())
            view["session"] = {{"id", session->first.value},
                               {"starts_at", base::iso_time(session->second.starts_at())},
                               {"ends_at", base::iso_time(session->second.ends_at())}};
        view["agent"] = name_in(team.people, request.person);
        view["motivation"] = request.answers.motivation;
        view["background"] =
            background_view(calendar.background_of(request), team.people, background_of_several);
        to_answer.push_back(std::move(view));
    }
    struct Seats {
        const sessions::Dated* next = nullptr;
        const sessions::Dated* last = nullptr;
    };
    std::map<base::PersonId, Seats> seats;
    for (const enrolments::Held& seat : team.seats) {
        const auto at = team.sessions.find(seat.session);
        if (at == team.sessions.end()) continue;
        const sessions::Dated& session = at->second;
        Seats& of = seats[seat.person];
        const auto** slot = session.ends_at() > now ? &of.next : &of.last;
        const bool better = *slot == nullptr ||
                            (session.ends_at() > now ? session.starts_at() < (*slot)->starts_at()
                                                     : session.starts_at() > (*slot)->starts_at());
        if (better) *slot = &session;
    }
    const auto session_view = [&](const sessions::Dated* session) -> json::value {
        if (session == nullptr) return nullptr;
        return {{"title", team.titles.at(session->offer).title},
                {"starts_at", base::iso_time(session->starts_at())}};
    };
    std::map<base::PersonId, int> waiting;
    for (const auto* list : {&team.to_answer, &team.others})
        for (const Request& request : *list) ++waiting[request.person];
    json::array to_confirm;
    std::vector<std::pair<std::string, json::object>> members;  // by their names, folded
    for (const Team::Member& member : team.members) {
        const std::string_view name = name_in(team.people, member.person);
        if (member.state != SupervisionState::confirmed) {
            to_confirm.push_back({{"id", member.supervision.value_or(base::SupervisionId{}).value},
                                  {"name", name},
                                  {"to_accept", member.state == SupervisionState::to_accept}});
            continue;
        }
        if (!member.supervision) continue;
        const Seats& of = seats[member.person];
        members.emplace_back(base::fold(name),
                             json::object{{"name", name},
                                          {"job", team.people.at(member.person).job},
                                          {"requests", waiting[member.person]},
                                          {"next", session_view(of.next)},
                                          {"last", session_view(of.last)}});
    }
    std::sort(members.begin(), members.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    json::array people;
    for (auto& [folded, view] : members) people.push_back(std::move(view));
    const bool none = people.empty() && to_answer.empty() && to_confirm.empty();
    return {{"to_answer", std::move(to_answer)},
            {"to_confirm", std::move(to_confirm)},
            {"members", std::move(people)},
            {"none", none},
            {"form", {{"reason", field("")}}}};
}

json::object done_view(const std::vector<Done>& done, const std::string& back) {
    json::array results;
    int refused = 0;
    for (const Done& one : done) {
        if (one.state.empty()) ++refused;
        results.push_back({{"id", one.request.value}, {"state", one.state}, {"why", one.why}});
    }
    return {{"results", std::move(results)},
            {"done", static_cast<int>(done.size()) - refused},
            {"refused", refused},
            {"back", back}};
}

// -- the training office

json::object list_view(const OfficeList& list, base::Time now) {
    json::array requests;
    for (const Request& request : list.listed.requests) {
        json::object view =
            summary(request, list.titles.at(request.offer), placed_in(list.sessions, request), now);
        view["agent"] = name_in(list.people, request.person);
        const auto name = list.names.find(request.organisation);
        view["organisation"] = name == list.names.end() ? std::string{} : name->second;
        view["may_decide"] = request.state == State::to_decide &&
                             request.decider == Decider::training_office &&
                             request.person != list.reader;
        view["decider_name"] =
            request.decider_id ? name_in(list.people, *request.decider_id) : std::string{};
        requests.push_back(std::move(view));
    }
    std::string filters;
    const auto add = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) filters += "&" + std::string{name} + "=" + base::url_encode(value);
    };
    add("organisation", list.organisation);
    add("regime", list.query.regime);
    add("offer", list.offer);
    json::array tabs;
    for (const Waits waits :
         {Waits::for_office, Waits::for_supervisor, Waits::overdue, Waits::decided}) {
        const auto count = list.counts.find(waits);
        tabs.push_back({{"waits", name_of(waits)},
                        {"count", count == list.counts.end() ? 0 : count->second},
                        {"current", waits == list.query.waits},
                        {"url", "/requests?waits=" + std::string{name_of(waits)} + filters}});
    }
    json::array organisations;
    for (const auto& [code, name] : list.organisations)
        organisations.push_back(
            {{"value", code}, {"label", name}, {"selected", code == list.organisation}});
    json::array offers;
    for (const auto& [slug, title] : list.offers)
        offers.push_back({{"value", slug}, {"label", title}, {"selected", slug == list.offer}});
    json::object view{
        {"waits", name_of(list.query.waits)},
        {"tabs", std::move(tabs)},
        {"requests", std::move(requests)},
        {"decides", list.query.waits == Waits::for_office || list.query.waits == Waits::overdue},
        {"decided", list.query.waits == Waits::decided},
        {"csv_url", "/requests.csv?waits=" + std::string{name_of(list.query.waits)} + filters},
        {"offer", list.offer},
        {"form",
         {{"organisation", {{"options", std::move(organisations)}}},
          {"regime", {{"options", choices(regimes(), list.query.regime)}}},
          {"offer", {{"options", std::move(offers)}}},
          {"reason", field("")}}}};
    if (list.listed.more) {
        const Request& last = list.listed.requests.back();
        const auto key = list.query.waits == Waits::decided ? last.decided_at : last.due_at;
        view["next_url"] = "/requests?waits=" + std::string{name_of(list.query.waits)} + filters +
                           "&after=" + std::to_string(base::to_epoch(key.value())) + "." +
                           std::to_string(last.id.value);
    }
    return view;
}

std::string list_csv(const OfficeList& list) {
    std::string out;
    base::write_csv_row(out, {"id", "agent", "email", "organisation", "offer", "session", "regime",
                              "state", "decider", "submitted_at", "due_at", "decided_at"});
    const auto time = [](const std::optional<base::Time>& at) {
        return at ? base::iso_time(*at) : std::string{};
    };
    for (const Request& request : list.listed.requests) {
        const auto person = list.people.find(request.person);
        const auto name = list.names.find(request.organisation);
        base::write_csv_row(
            out, {std::to_string(request.id.value), name_in(list.people, request.person),
                  person == list.people.end() ? "" : person->second.email,
                  name == list.names.end() ? "" : name->second, list.titles.at(request.offer).title,
                  dates_in_words(placed_in(list.sessions, request)), request.answers.regime,
                  std::string{name_of(request.state)},
                  request.state == State::to_decide ? std::string{name_of(request.decider)} : "",
                  time(request.submitted_at), time(request.due_at), time(request.decided_at)});
    }
    return out;
}

namespace {

json::array steps_view(const std::vector<Step>& steps) {
    json::array views;
    for (std::size_t i = 0; i < steps.size(); ++i)
        views.push_back({{"number", i + 1},
                         {"decider", name_of(steps[i].decider)},
                         {"opinion", i + 1 < steps.size()},
                         {"days", steps[i].days},
                         {"reminder_days", steps[i].reminder_days},
                         {"silence", name_of(steps[i].silence)}});
    return views;
}

json::object organisation_view(const CircuitOf& one) {
    json::object view{
        {"code", one.organisation->code},
        {"name", one.organisation->name},
        {"version", one.own == nullptr ? 0 : one.own->version},
        {"is_own", one.is_own()},
        {"from", one.from == nullptr ? std::string{} : one.from->shown_name()},
        {"none", one.circuit == nullptr},
        {"free", one.circuit != nullptr && one.circuit->steps.empty()},
        {"steps", one.circuit == nullptr ? json::array{} : steps_view(one.circuit->steps)}};
    return view;
}

}  // namespace

json::object circuits_view(const std::vector<CircuitOf>& all, CircuitsList list) {
    const auto total = static_cast<int>(all.size());
    const int last = http::last_page(total, circuits_a_page);
    list.page = std::min(list.page, last);
    const auto shown = std::span{all}.subspan(static_cast<std::size_t>(list.page - 1) *
                                              std::size_t{circuits_a_page});
    json::array views;
    for (const CircuitOf& one : shown.first(std::min<std::size_t>(shown.size(), circuits_a_page)))
        views.push_back(organisation_view(one));
    const auto url = [&](int page) {
        return "/circuits?q=" + base::url_encode(list.words) + (list.own ? "&own=1" : "") +
               "&page=" + std::to_string(page);
    };
    return {{"words", list.words},
            {"own", list.own},
            {"total", total},
            {"organisations", std::move(views)},
            {"pagination", http::pagination(list.page, last, url)}};
}

json::object circuit_view(const CircuitOf& one, const std::vector<Step>& typed,
                          std::string_view kind, std::int64_t version) {
    static constexpr std::array<std::string_view, 5> kinds{"inherited", "none", "supervisor",
                                                           "training_office", "both"};
    static constexpr std::array<std::string_view, 3> silences{"escalate", "approve", "refuse"};
    json::object view = organisation_view(one);
    view["version"] = version;
    json::object form{{"kind", {{"options", choices(kinds, kind)}, {"required", true}}},
                      {"steps", json::object{}},
                      {"decider_1", json::object{}},
                      {"decider_2", json::object{}}};
    for (std::size_t i = 0; i < most_steps; ++i) {
        const std::string number = std::to_string(i + 1);
        const Step step = i < typed.size() ? typed[i] : Step{};
        form["days_" + number] = field(std::to_string(step.days), true);
        form["reminder_" + number] = field(std::to_string(step.reminder_days), true);
        form["silence_" + number] = {{"options", choices(silences, name_of(step.silence))},
                                     {"required", true}};
    }
    view["form"] = std::move(form);
    return view;
}

json::object deciders_view(const WhoDecides& who, const identity::Person& agent,
                           const std::string& employer, const std::string& circuit_of,
                           const People& people, const std::string& typed) {
    json::array steps;
    for (std::size_t i = 0; i < who.steps.size(); ++i) {
        json::array names;
        for (const base::PersonId person : who.steps[i].people)
            names.push_back(json::value(name_in(people, person)));
        const bool nobody = names.empty();
        steps.push_back({{"decider", name_of(who.steps[i].step.decider)},
                         {"opinion", i + 1 < who.steps.size()},
                         {"days", who.steps[i].step.days},
                         {"silence", name_of(who.steps[i].step.silence)},
                         {"people", std::move(names)},
                         {"nobody", nobody}});
    }
    json::object view{{"id", agent.id.value},
                      {"name", agent.full_name()},
                      {"email", agent.email},
                      {"employer", employer},
                      {"contractor", who.employer && who.employer->contractor},
                      {"circuit_of", circuit_of},
                      {"free", who.circuit == nullptr || who.circuit->steps.empty()},
                      {"steps", std::move(steps)},
                      {"supervision", nullptr},
                      {"form", {{"supervisor_email", field(typed, true)}}}};
    if (who.supervision) {
        const Supervision& s = *who.supervision;
        view["supervision"] = {
            {"state", name_of(s.state)},
            {"email", s.supervisor_email},
            {"to_accept", s.state == SupervisionState::to_accept},
            {"name", s.supervisor ? name_in(people, *s.supervisor) : std::string{}}};
    }
    return view;
}

json::object delegations_view(const Delegations& delegations, const std::string& delegate,
                              const std::string& from, const std::string& until) {
    json::array given;
    json::array received;
    for (const Delegation& one : delegations.list) {
        const bool mine = one.supervisor == delegations.reader;
        (mine ? given : received)
            .push_back({{"id", one.id.value},
                        {"name", name_in(delegations.people, mine ? one.delegate : one.supervisor)},
                        {"from", base::iso_date(one.from)},
                        {"until", base::iso_date(one.until)}});
    }
    return {{"given", std::move(given)},
            {"received", std::move(received)},
            {"form",
             {{"delegate", field(delegate, true)},
              {"from", field(from, true)},
              {"until", field(until, true)}}}};
}

}  // namespace requests
