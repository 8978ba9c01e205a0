// SPDX-License-Identifier: EUPL-1.2
#include "audit/digest.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

namespace audit {
namespace {

void put(std::string& out, std::int64_t number) {
    const auto bits = static_cast<std::uint64_t>(number);
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(bits >> shift & 0xff);
}

void put(std::string& out, std::string_view text) {
    put(out, static_cast<std::int64_t>(text.size()));
    out += text;
}

void put(std::string& out, const std::optional<std::int64_t>& number) {
    out += number ? '\1' : '\0';
    if (number) put(out, *number);
}

}  // namespace

struct Digester::Impl {
    struct Free {
        void operator()(EVP_MD* md) const { EVP_MD_free(md); }
        void operator()(EVP_MD_CTX* made) const { EVP_MD_CTX_free(made); }
    };
    std::unique_ptr<EVP_MD, Free> sha256{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
    std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
    std::string bytes;
};

Digester::Digester() : impl_(std::make_unique<Impl>()) {
    if (!impl_->sha256 || !impl_->context) throw std::logic_error("OpenSSL has no SHA-256");
}
Digester::~Digester() = default;

Digest Digester::finish() {
    Digest digest{};
    if (EVP_DigestInit_ex2(impl_->context.get(), impl_->sha256.get(), nullptr) != 1 ||
        EVP_DigestUpdate(impl_->context.get(), impl_->bytes.data(), impl_->bytes.size()) != 1 ||
        EVP_DigestFinal_ex(impl_->context.get(), digest.data(), nullptr) != 1)
        throw std::logic_error("OpenSSL failed to compute a SHA-256");
    return digest;
}

Digest Digester::of(const RowView& row) {
    std::string& out = impl_->bytes;
    out.clear();
    put(out, std::string_view{"campus.audit.row.1"});
    put(out, row.turn);
    put(out, row.id);
    put(out, row.at);
    put(out, row.actor);
    put(out, row.role);
    put(out, row.perimeter);
    put(out, row.action);
    put(out, row.object);
    put(out, row.object_id);
    put(out, row.before);
    put(out, row.after);
    return finish();
}

Digest Digester::of(const SealView& seal) {
    std::string& out = impl_->bytes;
    out.clear();
    put(out, std::string_view{"campus.audit.seal.1"});
    put(out, seal.number);
    put(out, seal.sealed_at);
    put(out, seal.last_turn);
    put(out, seal.last_id);
    put(out, seal.previous_hash);
    put(out, seal.entries);
    return finish();
}

std::string hex(const Digest& digest) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : digest) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

void append_entry(std::string& entries, const Entry& entry) {
    put(entries, entry.id);
    entries.append(entry.digest.begin(), entry.digest.end());
}

Entry entry_at(std::string_view entries, std::size_t index) {
    const std::string_view bytes = entries.substr(index * entry_bytes, entry_bytes);
    Entry entry;
    std::uint64_t bits = 0;
    for (const char byte : bytes.substr(0, 8)) bits = bits << 8 | static_cast<unsigned char>(byte);
    entry.id = static_cast<std::int64_t>(bits);
    std::copy(bytes.begin() + 8, bytes.end(), entry.digest.begin());
    return entry;
}

}  // namespace audit
