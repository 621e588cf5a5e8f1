/// Why a run's page can't be served, in the words that a person reads.
package struct StatusPageError: Error, Equatable, CustomStringConvertible {
    /// The one line that a person reads.
    package let description: String

    init(_ description: String) { self.description = description }
}
