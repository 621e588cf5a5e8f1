import Foundation

/// A process of this program that this one started.
struct ChildProcess {
    /// How one ended.
    struct End {
        /// In words, like `exit code 1`.
        let how: String
        /// Whether a signal ended it.
        let isKilled: Bool

        /// As `waitpid` tells it.
        fileprivate init(status: Int32) {
            let signal = status & 0x7F
            (how, isKilled) = (signal == 0 ? "exit code \((status >> 8) & 0xFF)" : "signal \(signal)", signal != 0)
        }
    }
    /// This program as it runs, even if its file was replaced or removed since.
    private static let program = "/proc/self/exe"
    /// Its number.
    let pid: pid_t

    /// Starts one, in which no signal is blocked as some are here, to be read one by one.
    ///
    /// - Parameters:
    ///   - arguments: behind the program's name.
    ///   - name: what it is to a person, like `a worker`.
    ///   - standardInput: the descriptor that it reads there; nil for this process's, and then its standard output is
    ///     this one's, too. With one it has none: what is printed there is this process's alone.
    /// - Throws: where there can be no further process.
    init(_ arguments: [String], name: String, standardInput: Int32? = nil) throws(ServiceError) {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let standardInput {
            posix_spawn_file_actions_adddup2(&actions, standardInput, STDIN_FILENO)
            posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        }
        var words = (["ssrm"] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var pid = pid_t()
        let code = posix_spawn(&pid, Self.program, &actions, &attributes, &words, environ)
        if code != 0 { throw ServiceError("\(name) can't be started: \(String(cString: strerror(code)))") }
        self.pid = pid
    }

    /// How it ended; nil while it runs.
    ///
    /// It is not to be asked again after that.
    func takeEnd() -> End? {
        var status: Int32 = 0
        return waitpid(pid, &status, WNOHANG) == pid ? End(status: status) : nil
    }

    /// Ends it, where it still runs, and waits until it has.
    func end() {
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }
}
