import Foundation

/// Starts a process that gets every signal.
///
/// The threads that tests run on may have signals blocked, and a process inherits that from the thread that starts it:
/// a shell script would then never hear SIGTERM.
public func withoutBlockedSignals<Started>(_ start: () throws -> Started) rethrows -> Started {
    var none = sigset_t()
    var kept = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &kept)
    defer { pthread_sigmask(SIG_SETMASK, &kept, nil) }
    return try start()
}
