/// Why a run's page can't be served, in the words that a person reads.
struct StatusPageError: Error, Equatable, CustomStringConvertible {
    /// The one line that a person reads.
    let description: String

    /// Whether somebody else has the port.
    let isPortTaken: Bool

    init(_ description: String, isPortTaken: Bool = false) {
        (self.description, self.isPortTaken) = (description, isPortTaken)
    }
}
