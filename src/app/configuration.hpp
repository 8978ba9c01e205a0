// SPDX-License-Identifier: EUPL-1.2
// Everything that an operator can set: by option, by environment variable (CAMPUS_...), or by a key
// of a TOML file (--config). Read and checked whole before anything starts.
#pragma once
#include "pix/settings.hpp"

#include <functional>
#include <string>
#include <vector>

namespace app {

struct Configuration {
    std::string database = "sqlite:campus.db";
    std::string listen = "127.0.0.1:8080";
    std::string public_url;  // "" : http:// and the address listened on
    std::string trusted_proxy;
    int workers = 8;      // threads that answer requests
    int connections = 8;  // to the database, at most
    int slow_query_ms = 200;
    bool demo = false;  // sign-in by choosing a person; says so on every page
    bool rate_limits = true;
    std::string access_log;  // file, "-" for standard output, "" for none

    // -- sign-in with ProConnect; without an issuer there is none
    std::string proconnect_issuer;
    std::string proconnect_client_id;
    std::string proconnect_client_secret;
    std::string proconnect_client_secret_file;  // instead of the secret itself
    std::string proconnect_scopes =
        "openid given_name usual_name email uid siret idp_id roles organization_label "
        "organizational_unit belonging_population";
    std::string proconnect_acr = "eidas0-mfa eidas1-mfa eidas2 eidas3";
    std::string proconnect_algorithm;  // RS256, ES256 or HS256; "": one of the first two

    std::string pix_connections;  // file with the accesses of administrations to Pix
    pix::Options pix;             // what it says

    bool jobs = true;     // `serve` also does jobs and sends mail
    int job_workers = 2;  // threads that do jobs

    std::string smtp;  // URL of the mail relay; "" : letters wait in the outbox
    std::string smtp_user, smtp_password;
    std::string smtp_starttls = "required";  // of smtp://: required, if-offered, never
    std::string mail_from = "Campus <campus@localhost>";
    std::string bounce_secret;  // of POST /mail/bounces; "" : no such route
};

struct Command {
    std::string name;
    std::string file;          // of import, export, backup, restore
    std::string what;          // of import and export: organisations, offers
    std::string person;        // of emergency-admin: mail address
    std::string organisation;  // of import offers: who answers for them
    std::string format;        // csv, lheo, json, ...
    int agents = 0;            // of load-bench
    int offers = 0;
    std::string tokens;               // of load-bench: file for the tokens of those it signs in
    bool whole = false;               // of items check: the folder is the bank
    bool json = false;                // reports as JSON
    std::string anchor;               // of verify-audit: NUMBER:HASH of a seal noted down earlier
    bool bank = false;                // of calibrate: the item bank, not files
    bool dry_run = false;             // of retention
    std::function<int()> over_files;  // of psychometrics: needs no database; else empty
    bool if_empty = false;  // of load-demo: only into an empty SQLite database, else do nothing
};

// The command line. Prints help or the error and returns the exit status instead of calling `run`.
int with_command_line(int argc, char** argv,
                      const std::function<int(const Configuration&, const Command&)>& run);

}  // namespace app
