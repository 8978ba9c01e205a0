// SPDX-License-Identifier: EUPL-1.2
#include "app/configuration.hpp"

#include "base/text.hpp"
#include "mail/mime.hpp"
#include "psychometrics/psychometrics.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

namespace app {
namespace {

std::string check_database(const std::string& url) {
    for (const char* scheme : {"sqlite:", "postgresql://", "postgres://"})
        if (url.starts_with(scheme) && url.size() > std::string_view{scheme}.size()) return {};
    return "must be sqlite:FILE or postgresql://...";
}

std::string check_listen(const std::string& address) {
    const auto colon = address.rfind(':');
    const std::string port = colon == std::string::npos ? "" : address.substr(colon + 1);
    if (colon == 0 || port.empty() || port.size() > 5 ||
        port.find_first_not_of("0123456789") != std::string::npos || std::stoi(port) > 65535)
        return "must be ADDRESS:PORT, for example 127.0.0.1:8080";
    return {};
}

std::string check_public_url(const std::string& url) {
    if (url.empty()) return {};
    if (!url.starts_with("http://") && !url.starts_with("https://"))
        return "must begin with http:// or https://";
    return url.ends_with('/') ? "must not end with /" : "";
}

std::string check_anchor(const std::string& anchor) {
    const auto colon = anchor.find(':');
    const auto number = base::to_integer(std::string_view{anchor}.substr(0, colon));
    if (colon == std::string::npos || !number || *number < 1 || anchor.size() != colon + 65)
        return "must be the number of a seal, a colon and its hash of 64 digits";
    return {};
}

std::string check_issuer(const std::string& url) {
    if (url.empty()) return {};
    if (!url.starts_with("https://") && !url.starts_with("http://127.0.0.1") &&
        !url.starts_with("http://localhost"))
        return "must begin with https://";
    return url.ends_with('/') ? "must not end with /" : "";
}

std::string check_smtp(const std::string& url) {
    if (url.empty()) return {};
    for (const std::string_view scheme : {"smtp://", "smtps://"})
        if (url.starts_with(scheme) && url.size() > scheme.size() &&
            url.find_first_of("/@ ", scheme.size()) == std::string::npos)
            return {};
    return "must be smtp://HOST:PORT or smtps://HOST:PORT";
}

std::string check_mailbox(const std::string& text) {
    return mail::read_mailbox(text).email.empty() ? "must be ADDRESS or NAME <ADDRESS>" : "";
}

std::string check_secret(const std::string& text) {
    return text.empty() || text.size() >= 24 ? "" : "must have at least 24 characters";
}

void add_options(CLI::App& app, Configuration& configuration) {
    // CLI11 2.1 reads the variable only after the file.
    const char* file = std::getenv("CAMPUS_CONFIG");
    app.set_config("--config", file ? file : "", "TOML file with the same names as the options",
                   file != nullptr)
        ->envname("CAMPUS_CONFIG");
    app.allow_config_extras(CLI::config_extras_mode::error);
    const auto option = [&](const char* name, auto& value, const char* help, const char* env) {
        return app.add_option(name, value, help)->envname(env)->capture_default_str()->take_last();
    };
    option("--database", configuration.database, "sqlite:FILE or postgresql://...",
           "CAMPUS_DATABASE")
        ->check(CLI::Validator(check_database, "URL"));
    option("--listen", configuration.listen, "Where to serve; port 0: any free one",
           "CAMPUS_LISTEN")
        ->check(CLI::Validator(check_listen, "ADDRESS:PORT"));
    option("--public-url", configuration.public_url,
           "How people reach it; https:// makes cookies Secure", "CAMPUS_PUBLIC_URL")
        ->check(CLI::Validator(check_public_url, "URL"));
    option("--trusted-proxy", configuration.trusted_proxy,
           "Address of a reverse proxy whose X-Forwarded-* headers are believed",
           "CAMPUS_TRUSTED_PROXY");
    option("--workers", configuration.workers, "Threads that answer requests", "CAMPUS_WORKERS")
        ->check(CLI::Range(1, 256));
    option("--connections", configuration.connections, "Database connections, at most",
           "CAMPUS_CONNECTIONS")
        ->check(CLI::Range(1, 256));
    option("--slow-query-ms", configuration.slow_query_ms, "Slower queries are logged",
           "CAMPUS_SLOW_QUERY_MS")
        ->check(CLI::Range(1, 600'000));
    option("--access-log", configuration.access_log, "File of JSON lines; - for standard output",
           "CAMPUS_ACCESS_LOG");
    option("--proconnect-issuer", configuration.proconnect_issuer,
           "Sign-in with ProConnect, for example https://auth.agentconnect.gouv.fr/api/v2",
           "CAMPUS_PROCONNECT_ISSUER")
        ->check(CLI::Validator(check_issuer, "URL"));
    option("--proconnect-client-id", configuration.proconnect_client_id,
           "Given by ProConnect at the registration", "CAMPUS_PROCONNECT_CLIENT_ID");
    option("--proconnect-client-secret", configuration.proconnect_client_secret,
           "The same; others on the machine can read a command line: prefer the file",
           "CAMPUS_PROCONNECT_CLIENT_SECRET");
    option("--proconnect-client-secret-file", configuration.proconnect_client_secret_file,
           "A file that holds the secret and nothing else", "CAMPUS_PROCONNECT_CLIENT_SECRET_FILE");
    option("--proconnect-scopes", configuration.proconnect_scopes, "What is asked of a person",
           "CAMPUS_PROCONNECT_SCOPES");
    option("--proconnect-acr", configuration.proconnect_acr,
           "Levels of authentication that are good enough; empty: all are",
           "CAMPUS_PROCONNECT_ACR");
    option("--proconnect-algorithm", configuration.proconnect_algorithm,
           "Of signatures, as agreed: RS256, ES256 or HS256; empty: one of the first two",
           "CAMPUS_PROCONNECT_ALGORITHM")
        ->check(CLI::IsMember({"", "RS256", "ES256", "HS256"}));
    option("--pix-connections", configuration.pix_connections,
           "JSON file with the accesses of administrations to Pix (see src/pix/README.md)",
           "CAMPUS_PIX_CONNECTIONS");
    app.add_flag("--jobs,!--no-jobs", configuration.jobs,
                 "serve also does jobs and sends mail (on by default; see the command work)")
        ->envname("CAMPUS_JOBS");
    option("--job-workers", configuration.job_workers, "Threads that do jobs", "CAMPUS_JOB_WORKERS")
        ->check(CLI::Range(1, 64));
    option("--smtp", configuration.smtp,
           "Mail relay: smtp://HOST:PORT or smtps://HOST:PORT; without it letters wait",
           "CAMPUS_SMTP")
        ->check(CLI::Validator(check_smtp, "URL"));
    option("--smtp-user", configuration.smtp_user, "To sign in at the relay", "CAMPUS_SMTP_USER");
    option("--smtp-password", configuration.smtp_password,
           "The same; better by the environment or the file than on the command line",
           "CAMPUS_SMTP_PASSWORD");
    option("--smtp-starttls", configuration.smtp_starttls,
           "Encryption of smtp://: required, if-offered or never", "CAMPUS_SMTP_STARTTLS")
        ->check(CLI::IsMember({"required", "if-offered", "never"}));
    option("--mail-from", configuration.mail_from, "Sender of all letters: NAME <ADDRESS>",
           "CAMPUS_MAIL_FROM")
        ->check(CLI::Validator(check_mailbox, "MAILBOX"));
    option("--bounce-secret", configuration.bounce_secret,
           "Opens POST /mail/bounces to the machine that gets the delivery reports",
           "CAMPUS_BOUNCE_SECRET")
        ->check(CLI::Validator(check_secret, "SECRET"));
    app.add_flag("--demo,!--no-demo", configuration.demo,
                 "Sign-in by choosing a demonstration person; never on a real site")
        ->envname("CAMPUS_DEMO");
    app.add_flag("--rate-limits,!--no-rate-limits", configuration.rate_limits,
                 "Limits on sign-in and writes (on by default)")
        ->envname("CAMPUS_RATE_LIMITS");
}

std::expected<std::string, std::string> read_file(const std::string& name) {
    std::ifstream file(name, std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(file), {}};
    if (!file) return std::unexpected("cannot read " + name);
    return content;
}

// Reads the secret from its file. Returns what is missing; "" when nothing is.
std::string complete_proconnect(Configuration& configuration) {
    if (configuration.proconnect_issuer.empty()) return {};
    if (const std::string& name = configuration.proconnect_client_secret_file; !name.empty()) {
        const auto content = read_file(name);
        if (!content) return "--proconnect-client-secret-file: " + content.error();
        configuration.proconnect_client_secret = base::trim(*content);
    }
    if (configuration.proconnect_client_id.empty() ||
        configuration.proconnect_client_secret.empty() || configuration.public_url.empty())
        return "--proconnect-issuer also needs --proconnect-client-id, a --proconnect-client-secret"
               " and --public-url, to which ProConnect sends people back";
    return {};
}

// Reads the connections from their file. Returns what is wrong; "" when nothing is.
std::string complete_pix(Configuration& configuration) {
    if (configuration.pix_connections.empty()) return {};
    const auto content = read_file(configuration.pix_connections);
    if (!content) return "--pix-connections: " + content.error();
    auto read = pix::read_connections(*content, read_file);
    if (!read) return "--pix-connections: " + read.error();
    configuration.pix.connections = std::move(*read);
    return {};
}

// CLI11 lets the file beat the environment: what stands in the environment is put before what
// stands on the command line, so that the last of them wins and the file is asked for the rest
// only.
void read_environment_first(CLI::App& app) {
    app.preparse_callback([&app](std::size_t) {
        for (CLI::Option* option : app.get_options()) {
            const char* value = std::getenv(option->get_envname().c_str());
            if (value && *value && option != app.get_config_ptr()) option->add_result(value);
        }
    });
}

// With --bank answers and items come from the database: what is said of files would be forgotten in
// silence. Sets whether JSON was asked for.
void check_alone(Command& command, const CLI::App& calibrate) {
    for (const CLI::Option* option : calibrate.get_options())
        if (option->count() > 0 && !option->check_name("--bank") && !option->check_name("--json"))
            throw CLI::ValidationError(option->get_name(),
                                       "is about files and goes not with --bank");
    command.json = calibrate.count("--json") > 0;
}

void add_commands(CLI::App& app, Command& command) {
    const auto add = [&](const char* name, const char* help) {
        CLI::App* sub = app.add_subcommand(name, help);
        sub->fallthrough();
        sub->callback([&command, name] { command.name = name; });
        return sub;
    };
    add("serve", "Answer requests (migrates the database first)");
    add("work", "Only do jobs and send mail, beside nodes that serve");
    add("migrate", "Bring the database up to date");
    add("load-demo", "Fill an empty database with the demonstration data")
        ->add_flag("--if-empty", command.if_empty,
                   "Do nothing, and do not fail, unless it is an empty SQLite database");

    CLI::App* import = add("import", "Read a file into the database");
    import->add_option("what", command.what, "organisations, persons or offers")
        ->required()
        ->check(CLI::IsMember({"organisations", "persons", "offers"}));
    import->add_option("file", command.file, "The file; - for standard input")->required();
    import->add_option("--format", command.format, "Of offers: csv (11 columns), lheo or json")
        ->check(CLI::IsMember({"csv", "lheo", "json"}))
        ->default_str("csv");
    import->add_option("--organisation", command.organisation,
                       "Code of the organisation that answers for the offers");
    import->add_flag("--json", command.json, "Report as one JSON object");

    CLI::App* exporting = add("export", "Write the published offers to a file");
    exporting->add_option("file", command.file, "The file; - for standard output")->required();
    exporting->add_option("--format", command.format, "csv (11 columns), open-data, lheo, json")
        ->check(CLI::IsMember({"csv", "open-data", "lheo", "json"}))
        ->default_str("csv");

    add("bounce", "Read a delivery report (RFC 3464) about a letter that came back")
        ->add_option("file", command.file, "The report; - for standard input")
        ->required();

    CLI::App* backup = add("backup", "Copy a running SQLite database, consistently");
    backup->add_option("file", command.file, "The copy; must not exist")->required();
    CLI::App* restore = add("restore", "Check a copy and put it in the place of the database");
    restore->add_option("file", command.file, "A file made by backup")->required();

    CLI::App* verify = add("verify-audit", "Check that no decision in the log was changed");
    verify
        ->add_option("--anchor", command.anchor,
                     "NUMBER:HASH of a seal as an earlier run told it: nobody made it anew since")
        ->check(CLI::Validator(check_anchor, "NUMBER:HASH"));
    verify->add_flag("--json", command.json, "Report as one JSON object");
    CLI::App* retention = add("retention", "Remove what was kept long enough");
    retention->add_flag("--dry-run", command.dry_run, "Only tell what would be done now");
    retention->add_flag("--json", command.json, "Report as one JSON object");
    add("check", "Check what must hold of all seats; exit status 1 when something does not")
        ->add_flag("--json", command.json, "Report as one JSON object");

    CLI::App* items = add("items", "The item bank as files (docs/items.md)");
    items
        ->add_option("action", command.what,
                     "check (says what is wrong; exit status 1 when something serious is) or load "
                     "(publishes what changed)")
        ->required()
        ->check(CLI::IsMember({"check", "load"}));
    items->add_option("folder", command.file, "With a file <competence>/<number>.toml an item")
        ->required()
        ->check(CLI::ExistingDirectory);
    items->add_flag("--whole", command.whole,
                    "check: the folder is the whole bank, so the numbers asked of it hold, too");
    items->add_flag("--json", command.json, "Report as one JSON object");

    CLI::App* emergency =
        add("emergency-admin", "Administrators who can sign in while the provider is away");
    emergency
        ->add_option("action", command.what,
                     "create (asks a password; again: a new one), disable or list")
        ->required()
        ->check(CLI::IsMember({"create", "disable", "list"}));
    emergency->add_option("person", command.person,
                          "Mail address of an administrator of a whole tree");

    CLI::App* bench = add("load-bench", "Fill an empty database with many offers and agents");
    bench->add_option("--agents", command.agents, "How many")
        ->check(CLI::Range(5'000, 10'000'000))
        ->default_val(25'000);
    bench->add_option("--offers", command.offers, "How many")
        ->check(CLI::Range(100, 100'000))
        ->default_val(10'000);
    bench->add_option("--tokens", command.tokens,
                      "File to write: the session tokens of agents signed in, and the sessions "
                      "where they may take seats, as JSON");
    psychometrics::add_commands(app, command.over_files);
    // Files are for psychometricians anywhere; the bank is this operator's own.
    CLI::App* calibrate = app.get_subcommand("calibrate");
    CLI::Option* responses = calibrate->get_option("responses");
    CLI::Option* out = calibrate->get_option("--out");
    responses->required(false);
    out->required(false);
    calibrate->fallthrough();
    calibrate->add_flag("--bank", command.bank,
                        "Of the database's item bank, from the answers of finished tests: writes a "
                        "proposal for a person to approve (/administration/calibration)");
    calibrate->parse_complete_callback([&command, calibrate, responses, out] {
        if (command.bank) return check_alone(command, *calibrate);
        if (responses->count() == 0)
            throw CLI::RequiredError("responses (a file of answers; or --bank, without a file)");
        if (out->count() == 0) throw CLI::RequiredError("--out");
    });
}

}  // namespace

int with_command_line(int argc, char** argv,
                      const std::function<int(const Configuration&, const Command&)>& run) {
    CLI::App app{"Campus: the platform of a State's digital campus"};
    Configuration configuration;
    Command command;
    add_options(app, configuration);
    add_commands(app, command);
    read_environment_first(app);
    app.require_subcommand(1);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ConfigError& error) {
        // CLI11 calls every such file INI.
        constexpr std::string_view unknown = "INI was not able to parse ";
        std::string told = error.what();
        if (told.starts_with(unknown)) told = "unknown key " + told.substr(unknown.size());
        if (told.ends_with(".++")) told.resize(told.size() - 3);  // the name of a section
        std::cerr << "the file of --config: " << told << '\n';
        return error.get_exit_code();
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
    }
    for (const auto complete : {complete_proconnect, complete_pix})
        if (const std::string wrong = complete(configuration); !wrong.empty()) {
            std::cerr << wrong << '\n';
            return 1;
        }
    return run(configuration, command);
}

}  // namespace app
