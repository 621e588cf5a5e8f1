/// What becomes of an attempt to connect to an endpoint now, for whoever has to say why nobody is heard there.
package enum Reachability: Equatable, Sendable {
    /// A connection is made.
    case open
    /// The machine answers that nothing listens at that port.
    case refused
    /// Nothing comes back.
    case silent
    /// The system knows no way there, or the name stands for no address any more; its words.
    case noWay(String)

    /// What follows "nothing was heard of a coordinator or relay at ENDPOINT": what is wrong, as far as that can
    /// be told from here, and what to do.
    package func advice(port: String) -> String {
        switch self {
        case .open:
            """
            something takes connections there and does not answer as a coordinator: is it one, of this version of ssrm, and \
            does it still run?
            """
        case .refused:
            "that machine answers, and nothing listens at its port \(port): start the coordinator, or mend the address"
        case .silent:
            """
            nothing comes back from there: is that machine on, is the address one of this network, and does its firewall \
            let port \(port) through?
            """
        case .noWay(let words):
            "there is no way to that address from here (\(words)): is it one of another network?"
        }
    }
}
