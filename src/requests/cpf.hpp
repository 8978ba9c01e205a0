// SPDX-License-Identifier: EUPL-1.2
// The rules of the compte personnel de formation (CPF) of public agents, as pure functions.
//
// Sources: loi n° 83-634, art. 22 quater (ordonnance n° 2017-53 of 19 January 2017), now code
// général de la fonction publique, L. 422-8 and following; décret n° 2017-928 of 6 May 2017; code
// du travail, L. 6121-2; CRPA, L. 231-4. To verify by a lawyer before production: the numbers of
// the articles of the decree, and whether the two months count from the receipt of a complete
// request (so it is here).
#pragma once
#include "base/clock.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace requests::cpf {

// Natures of use. Refusals are counted by nature, since the third is one "de même nature".
//   foundation     the base of knowledge and skills of the code du travail, L. 6121-2 (CléA): not
//                  the "socle commun" of Pix
//   prevention     to prevent unfitness for one's post
//   experience     validation of acquired experience
//   exam           preparation of an exam or a competition
//   certification  a diploma, title or certificate
//   evolution      other skills for a professional project
std::span<const std::string_view> natures();

// Priority among requests: 0 first. Décret n° 2017-928, art. 8: prevention of unfitness, validation
// of experience, exams and competitions come before the rest; the foundation is due anyway. At the
// same rank, what the administration itself gives comes first (the same decree: "priorité … aux
// actions assurées par l'employeur").
int priority(std::string_view nature, bool given_by_the_administration);

// Two months after the receipt: then silence is a refusal. By calendar months, at the same hour; a
// day that the month lacks is its last one.
base::Time answer_due(base::Time received);

// May it be refused at all? The foundation may only be put off.
bool may_refuse(std::string_view nature);
// The last day to which the foundation may be put off: within the year after the request.
base::Date latest_deferral(base::Time received);

// Must the joint body (CAP, CCP) be heard before one more refusal? When requests of this nature
// were refused during two consecutive calendar years. `refused_on`: the days of those refusals.
bool needs_joint_opinion(const std::vector<base::Date>& refused_on);

// How many requests of one nature were refused in each year, the earliest first.
std::vector<std::pair<int, int>> refusals_by_year(const std::vector<base::Date>& refused_on);

// What silence means when the two months are over.
enum class AfterTwoMonths {
    refused,   // implicitly; the reasons are given on demand
    passed_on  // a refusal would need more than silence: the training office must answer
};
AfterTwoMonths silence(std::string_view nature, const std::vector<base::Date>& refused_on);

}  // namespace requests::cpf
