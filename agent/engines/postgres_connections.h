#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "engines/lingering.h"
#include "engines/postgres.h"
#include "pg/connection.h"

namespace towline::engines {

/// The connections of one PostgreSQL engine. Opening one costs a TLS handshake, a log-in and a new server process, so
/// one whose task went well serves the next task of the work: DISCARD ALL in between, a new application name, and a
/// session id of its own. One on which a statement failed or was cancelled is closed. Thread-safe.
class PostgresConnections {
 public:
    explicit PostgresConnections(PostgresSettings settings);

    /// One use of a connection, by one thread. Ends with the object: then the connection waits for its next use or
    /// closes.
    class Use {
        struct Item {
            pg::Connection connection;
            std::string backend;  ///< "pid@start"
            int uses = 0;
        };
        using Idle = Guarded<std::vector<Item>>;

     public:
        Use(std::shared_ptr<PostgresConnections> owner, std::shared_ptr<Idle> idle, Item item);
        ~Use();
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;
        pg::Connection& connection() { return item_.connection; }
        /// "pid@start#use": the server's process, when it began, and which use of it this is.
        const std::string& session_id() const { return session_id_; }
        /// The state of the connection can no longer be trusted: it is closed after this use.
        void distrust() { is_trusted_ = false; }

     private:
        friend class PostgresConnections;
        const std::shared_ptr<PostgresConnections> owner_;  // A session may outlive its engine.
        const std::shared_ptr<Idle> idle_;                  // Shared with `lingering_`, which drops it.
        Lingering::Use lingering_;
        Item item_;
        const std::string session_id_;
        bool is_trusted_ = true;
    };

    /// A connection under the name of `label`, with the role of the settings.
    static Result<std::unique_ptr<Use>> take(const std::shared_ptr<PostgresConnections>& self,
                                             const std::string& label);
    /// Ends the session if it is still in that use; false if it is not.
    Result<bool> end(const std::string& session_id);
    /// Whether connections are kept for a next use.
    void expect_more(bool more);

 private:
    using Item = Use::Item;
    using Idle = Use::Idle;
    Result<pg::Connection> connect() const;
    Result<Item> open() const;
    Status prepare(Item& item, const std::string& label) const;
    std::shared_ptr<Idle> idle();

    const PostgresSettings settings_;
    Guarded<bool> more_;
    Guarded<std::weak_ptr<Idle>> idle_;
    Lingering lingering_;
};

}  // namespace towline::engines
