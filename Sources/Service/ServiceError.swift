/// Something that a run of the upstream stage can't do, in the words that a person reads.
package struct ServiceError: Error, Equatable, CustomStringConvertible {
    /// The one line that a person reads.
    package let description: String

    init(_ description: String) { self.description = description }
}
