// SPDX-License-Identifier: EUPL-1.2
// The jobs: reading participations page by page, asking which campaigns there are, and both once a
// day.
#include "db/database.hpp"
#include "jobs/jobs.hpp"
#include "pix/client.hpp"
#include "pix/pix.hpp"
#include "pix/rules.hpp"
#include "pix/starting.hpp"
#include "pix/store.hpp"
#include "pix/taking.hpp"

#include <boost/json.hpp>

namespace pix {
namespace json = boost::json;

namespace {

// Other jobs want their turn, too.
constexpr int pages_at_once = 50;
// Before most people work, after Pix has made its copy of the day.
constexpr std::chrono::hours reads_at{4};

struct Step {  // what is to be asked now
    Reading reading;
    Campaign campaign;
    const Connection* connection = nullptr;  // nullptr: configured no more
};

std::optional<Step> next_step(db::Transaction& transaction, std::int64_t id,
                              const std::vector<Connection>& connections) {
    Step step;
    std::int64_t campaign = 0;
    const auto reading = store::reading(transaction, id, campaign);
    if (!reading || reading->state != ReadingState::running) return std::nullopt;
    const auto found = store::campaign(transaction, campaign);
    if (!found) return std::nullopt;
    step.reading = *reading;
    step.campaign = *found;
    for (const Connection& connection : connections)
        if (store::connection(transaction, connection.code).id == found->connection)
            step.connection = &connection;
    return step;
}

// Whether there is a next page. The page counts once: the reading is locked at it.
bool take_page(db::Transaction& transaction, const Step& step,
               const contract::Page<contract::Participation>& page, base::Time now) {
    const Reading& reading = step.reading;
    if (!store::lock_at(transaction, reading.id, reading.page)) return false;
    store::Taken taken;
    for (const contract::Participation& one : page.items)
        take(transaction, step.campaign, one, false, taken, now);
    const bool last = reading.page >= page.pages;
    store::took(transaction, reading.id, taken, page.pages, last, now);
    if (!last) return true;
    store::read_until(transaction, step.campaign.id, reading.started_at);
    if (!reading.since) store::read_whole(transaction, step.campaign.id, reading.started_at);
    return false;
}

}  // namespace

void Pix::hold(std::int64_t reading, int page, const Trouble& trouble, base::Time now) {
    database_.write([&](db::Transaction& transaction) {
        if (!store::lock_at(transaction, reading, page)) return;  // stopped meanwhile
        std::int64_t campaign = 0;
        const auto present = store::reading(transaction, reading, campaign);
        const auto again = ask_again(trouble, present->failures + 1, now);
        store::hold(transaction, reading, to_json(trouble.reason), again, now);
        if (again) enqueue_reading(transaction, reading, *again);
    });
}

void Pix::read_pages(const jobs::Attempt& attempt) {
    const std::int64_t id = json::parse(attempt.payload).at("reading").to_number<std::int64_t>();
    for (int pages = 0; pages < pages_at_once; ++pages) {
        const auto step = database_.read([&](db::Transaction& transaction) {
            return next_step(transaction, id, options_.connections);
        });
        if (!step) return;
        // It was put off meanwhile, and this job is of before.
        if (step->reading.next_at && *step->reading.next_at > attempt.now) return;
        if (step->connection == nullptr)
            return hold(id, step->reading.page,
                        {Trouble::Kind::lasting, {"pix.problem.not_configured", "", {}}},
                        attempt.now);
        const auto page = client_->participations(*step->connection, step->campaign.pix_id,
                                                  step->reading.since, step->reading.page);
        if (!page) return hold(id, step->reading.page, page.error(), attempt.now);
        const bool more = database_.write([&](db::Transaction& transaction) {
            return take_page(transaction, *step, *page, attempt.now);
        });
        if (!more) return;
    }
    database_.write(
        [&](db::Transaction& transaction) { enqueue_reading(transaction, id, attempt.now); });
}

void Pix::list_campaigns(const jobs::Attempt& attempt) {
    const json::value payload = json::parse(attempt.payload);
    const Connection* connection = find(payload.at("connection").as_string());
    if (connection == nullptr) return;  // configured no more
    const auto found = client_->campaigns(*connection);
    database_.write([&](db::Transaction& transaction) {
        const auto state = store::lock_connection(transaction, connection->code);
        if (!found) {
            const int failures = state.failures + 1;
            const auto again = ask_again(found.error(), failures, attempt.now);
            store::not_listed(transaction, state.id, failures, to_json(found.error().reason),
                              again.has_value());
            if (again) enqueue_listing(transaction, connection->code, *again);
            return;
        }
        for (const auto& [organisation, campaign] : *found)
            store::put_campaign(transaction, state.id, organisation, campaign);
        store::listed(transaction, state.id, attempt.now);
    });
}

void Pix::read_all(const jobs::Attempt& attempt) {
    for (const Connection& connection : options_.connections)
        database_.write([&](db::Transaction& transaction) {
            const auto state = store::lock_connection(transaction, connection.code);
            store::set_listing(transaction, state.id, true);
            enqueue_listing(transaction, connection.code, attempt.now);
            for (const std::int64_t id : store::to_read(transaction, connection.code))
                if (const auto campaign = store::lock_campaign(transaction, state.id, id))
                    start_reading(transaction, *campaign, attempt.now);
        });
}

void Pix::add_jobs(jobs::Jobs& jobs) {
    jobs.handle("pix.read", [this](const jobs::Attempt& attempt) { read_pages(attempt); });
    jobs.handle("pix.list", [this](const jobs::Attempt& attempt) { list_campaigns(attempt); });
    if (options_.connections.empty()) return;
    jobs.every(
        "pix.read_all", std::chrono::days{1},
        [this](const jobs::Attempt& attempt) { read_all(attempt); }, reads_at);
}

}  // namespace pix
