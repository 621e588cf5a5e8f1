extension Employment {
    /// What became of an attempt to be taken in by the other side, before a word was said.
    package enum Handshake: Equatable, Sendable {
        /// It was taken in.
        case succeeded
        /// The other side does not list its key.
        case notListed
        /// One side has keys and the other has none.
        case otherMechanism
        /// The other side ended the connection.
        case broken
        /// A connection is over, whether it was taken in or not.
        case ended
    }

    /// Takes note of such an attempt; a reason why it failed is told of once.
    package mutating func onHandshake(_ outcome: Handshake, at now: Duration) -> [Directive] {
        admission.onHandshake(outcome, at: now).map { [.event($0)] } ?? []
    }

    /// Says hello where none waits to be read, and tells once that nobody is there.
    mutating func sayHello(at now: Duration) -> [Directive] {
        var hello = hello
        hello.threads = max(1, threads ?? hello.threads)
        let due = admission.onTimeForHello(at: now)
        return (due.isSaid ? [.send(.hello(hello))] : []) + (due.event.map { [.event($0)] } ?? [])
    }
}
