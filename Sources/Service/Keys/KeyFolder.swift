import Checkpoints
import Foundation
package import Messaging

/// A folder of keys: this side's own pair, and the public keys of the others.
///
/// | file | what it has | whose |
/// | --- | --- | --- |
/// | `secret` | the secret half of its pair; mode 0600 | everybody's |
/// | `public` | the public half, with its label | everybody's |
/// | `authorized` | the keys that may come, a line each | a coordinator's, a relay's |
/// | `coordinator` | the key of whoever it connects to | a worker's, a relay's |
package struct KeyFolder: Sendable {
    /// Its path.
    package let path: String
    /// No such file is longer.
    private static let byteLimit = 1 << 20

    /// The folder there; nothing is looked at.
    package init(_ path: String) { self.path = path }

    var secretFile: String { path + "/secret" }
    var publicFile: String { path + "/public" }
    package var authorizedFile: String { path + "/authorized" }
    package var coordinatorFile: String { path + "/coordinator" }

    // MARK: - Reading

    /// Its own pair.
    ///
    /// - Throws: where there is none, others than its owner can read or replace it, or `public` is of another pair.
    package func pair() throws -> KeyPair {
        guard access(secretFile, F_OK) == 0 || errno != ENOENT else {
            throw ServiceError(
                "\(path): no key is there; `ssrm keys new \(path)` makes one, `ssrm keys issue` one for another machine"
            )
        }
        let words = try Self.text(of: secretFile, isSecret: true).split(whereSeparator: \.isWhitespace)
        guard words.count >= 2, words[0] == KeyPair.secretPrefix, let pair = try KeyPair(secretText: words[1]) else {
            throw ServiceError("\(secretFile): not a secret key as `ssrm keys new` writes it")
        }
        // What can't be read was given to nobody either.
        if let (key, _) = try? publicKey(), key != pair.publicKey {
            throw ServiceError(
                """
                \(secretFile) and \(publicFile) are of two key pairs: one of them was copied from another folder. Copy both from \
                the same one, or make a new pair in another folder with `ssrm keys new FOLDER`
                """)
        }
        return pair
    }

    /// Makes sure, before its public key is given to others, that it is that of its secret one, where that is here.
    package func requireOnePair() throws {
        if access(secretFile, F_OK) == 0 { _ = try pair() }
    }

    /// Whether a key is this folder's own.
    private func isOwn(_ key: PublicKey) -> Bool {
        (try? pair())?.publicKey == key || (try? publicKey())?.key == key
    }

    /// Its own public key, with its label.
    package func publicKey() throws -> (key: PublicKey, label: String) { try Self.publicKey(in: publicFile) }

    /// Whether it has a pair of this label and trusts nobody yet: the making of a worker's folder ended there.
    package func isBegun(label: String) throws -> Bool {
        guard access(secretFile, F_OK) == 0, access(coordinatorFile, F_OK) != 0, errno == ENOENT else { return false }
        _ = try pair()
        return try publicKey().label == label
    }

    /// The key that a file has one line of.
    ///
    /// - Throws: where it has none, or several.
    package static func publicKey(in file: String) throws -> (key: PublicKey, label: String) {
        let labels = try keys(in: file, Self.text(of: file, isSecret: false)).labels
        guard labels.count == 1, let only = labels.first else {
            throw ServiceError("\(file): one public key is to be there, and \(labels.count) are")
        }
        return (only.key, only.value)
    }

    /// The key of the coordinator that it connects to.
    func coordinatorKey() throws -> PublicKey {
        guard access(coordinatorFile, F_OK) == 0 || errno != ENOENT else {
            throw ServiceError(
                """
                \(path): it is not said whose keys to trust; `ssrm keys trust \(path) FILE` takes the coordinator's file 'public'
                """)
        }
        return try Self.publicKey(in: coordinatorFile).key
    }

    /// The keys that may come; none where there is no list yet.
    package func authorized() throws -> AuthorizedKeys {
        guard access(authorizedFile, F_OK) == 0 || errno != ENOENT else { return AuthorizedKeys() }
        return try Self.keys(in: authorizedFile, Self.text(of: authorizedFile, isSecret: false))
    }

    /// What a person should know where no key is listed.
    ///
    /// - Parameter count: how many keys were listed when the list was read.
    /// - Returns: nil where one was.
    func note(ofListed count: Int) -> String? {
        guard count == 0 else { return nil }
        let isOfWorker =
            access(authorizedFile, F_OK) != 0 && access(coordinatorFile, F_OK) == 0
            ? " (\(path) looks like a worker's folder; a coordinator's is what `ssrm keys new` made)" : ""
        return """
            note: no key is listed in \(authorizedFile): nobody can join\(isOfWorker); `ssrm keys authorize \(path) FILE` lists a \
            worker's file 'public', `ssrm keys issue \(path) --label NAME --out FOLDER` makes a folder for a worker
            """
    }

    private static func keys(in file: String, _ text: String) throws -> AuthorizedKeys {
        do {
            return try AuthorizedKeys(parsing: text)
        } catch {
            throw ServiceError("\(file): \(error)")
        }
    }

    /// A file's content, where nobody but its owner can have read it, or changed it where it may be read.
    private static func text(of file: String, isSecret: Bool) throws -> String {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw ServiceError("\(file): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw ServiceError("\(file): not a regular file")
        }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw ServiceError(
                "\(file): it belongs to another user; key files have to be your own (`chown`, or copy it)")
        }
        let mode = String(status.st_mode & 0o777, radix: 8)
        if isSecret, status.st_mode & 0o077 != 0 {
            throw ServiceError(
                """
                \(file): others than its owner may read it (mode \(mode)); `chmod 600 \(file)`, and if somebody may have \
                read it, make a new key with `ssrm keys new` and revoke this one
                """)
        }
        if status.st_mode & 0o022 != 0 {
            throw ServiceError("\(file): others than its owner may change it (mode \(mode)); `chmod go-w \(file)`")
        }
        guard status.st_size <= byteLimit else { throw ServiceError("\(file): too long for a file of keys") }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        let count = read(descriptor, &bytes, bytes.count)
        guard count == bytes.count else { throw ServiceError("\(file): it can't be read whole") }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: - Writing

    /// Makes a new pair of this label, and the folder where it is not there.
    ///
    /// - Throws: where there is a pair, which nothing takes the place of.
    package func make(label: String) throws {
        guard AuthorizedKeys.isLabel(label) else {
            throw ServiceError("\(AuthorizedKeys.Fault.badLabel(label)); give another with --label")
        }
        // Those above it are nobody's secret.
        try? DurableFolder.make(FilePlace.parts(ofFolder: path).folder)
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw ServiceError("\(path): no folder can be made there: \(String(cString: strerror(errno)))")
        }
        try whileNobodyElseWrites {
            if access(secretFile, F_OK) == 0 {
                throw ServiceError("\(path): a key is there already; name another folder, or remove this one yourself")
            }
            let pair = try KeyPair()
            // The secret key last: where it is there, the pair is whole.
            try WholeFile.write(
                "\(PublicKey.prefix) \(pair.publicKey.text) \(label)\n", to: publicFile, permissions: 0o644)
            try WholeFile.write(
                "\(KeyPair.secretPrefix) \(pair.secretText) \(label)\n", to: secretFile, permissions: 0o600)
        }
    }

    /// Says whose keys it trusts.
    ///
    /// - Throws: where the key is its own.
    package func trust(_ key: PublicKey, label: String) throws {
        if isOwn(key) {
            throw ServiceError(
                """
                the key '\(label)' is that of \(path) itself: a worker trusts its coordinator's; give the file 'public' of the \
                coordinator's folder of keys
                """)
        }
        let line = "\(PublicKey.prefix) \(key.text) \(label)\n"
        try whileNobodyElseWrites { try WholeFile.write(line, to: coordinatorFile, permissions: 0o644) }
    }

    /// Makes sure that no key that may come has a label, before one is made that is to have it.
    package func requireFree(label: String) throws {
        guard try !authorized().labels.values.contains(label) else {
            throw ServiceError("\(authorizedFile): \(AuthorizedKeys.Fault.labelTaken(label))")
        }
    }

    /// Lets a key come.
    ///
    /// - Throws: where the key is its own, or it or its label is listed with another.
    package func authorize(_ key: PublicKey, label: String) throws {
        if isOwn(key) {
            throw ServiceError(
                """
                the key '\(label)' is that of \(path) itself: a coordinator lists its workers'; give the file 'public' of a \
                worker's folder of keys
                """)
        }
        try changeAuthorized { try $0.add(key, label: label) }
    }

    /// Lets the key of a label come no more.
    ///
    /// - Throws: where none has it.
    package func revoke(label: String) throws {
        try changeAuthorized {
            if !$0.remove(label: label) {
                let known = $0.labels.values.sorted().joined(separator: ", ")
                throw ServiceError("no key has the label '\(label)'; there are \(known.isEmpty ? "none" : known)")
            }
        }
    }

    private func changeAuthorized(_ change: (inout AuthorizedKeys) throws -> Void) throws {
        try whileNobodyElseWrites {
            var keys = try authorized()
            do { try change(&keys) } catch { throw ServiceError("\(authorizedFile): \(error)") }
            try WholeFile.write(keys.text, to: authorizedFile, permissions: 0o644)
        }
    }

    private func whileNobodyElseWrites(_ body: () throws -> Void) throws {
        let lock = open(path + "/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw ServiceError("\(path): \(String(cString: strerror(errno)))") }
        defer { close(lock) }
        while flock(lock, LOCK_EX) != 0 {
            guard errno == EINTR else { throw ServiceError("\(path)/.lock: \(String(cString: strerror(errno)))") }
        }
        try body()
    }
}
