// SPDX-License-Identifier: EUPL-1.2
// One session, locked, while seats change hands in it: the only place that counts them and offers
// the free ones.
#pragma once
#include "enrolments/enrolments.hpp"
#include "enrolments/seats.hpp"

namespace enrolments {

class Post;

class Desk {
public:
    // `session` is locked (Sessions::lock_whole) by the transaction.
    Desk(db::Transaction&, sessions::Sessions&, const Post&, sessions::Session session,
         base::Time now);

    const sessions::Session& session() const { return session_; }
    // As close() will write them.
    sessions::Seats& seats() { return seats_; }

    // Offers each free seat to the first of the list who may have it. Before a newcomer is served:
    // a quota may have been released a moment ago.
    void give_free_seats();
    // A seat that a newcomer with this standing may take, after give_free_seats(): its pool.
    std::optional<std::string> free_for(const Standing&);
    // Puts a new row in: counted by its state. Nothing when the person holds something already.
    std::optional<Enrolment> add(Enrolment, std::string_view motivation = "");
    // A row that held something ends in `state`: its seat or place is free again.
    void end(Enrolment&, State state);
    // Those who wait and stood before `winner` or asked earlier, for that reason.
    void pass(const Enrolment& winner, Why why);
    // The next place of the list, for somebody who asks now.
    void put_on_list(Enrolment&);
    // Which seats the holders have when the rules are other ones; false when they do not fit in.
    bool reassign_pools();
    void close();

private:
    void give_in_order(base::Time until);
    void give_by_rules(base::Time until);
    void offer(Enrolment&, const std::string& pool, base::Time until);
    Room room(const std::vector<Enrolment>& rows) const;

    db::Transaction& transaction_;
    sessions::Sessions& sessions_;
    const Post& post_;
    sessions::Session session_;
    sessions::Seats before_, seats_;
    base::Time now_;
};

}  // namespace enrolments
