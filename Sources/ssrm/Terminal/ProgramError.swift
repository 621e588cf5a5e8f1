/// Something that a command can't do, in the words that a person reads.
struct ProgramError: Error, Equatable, CustomStringConvertible {
    let description: String
    /// Whether it is wrong usage that only what a file says shows.
    let isUsage: Bool

    init(_ description: String, isUsage: Bool = false) { (self.description, self.isUsage) = (description, isUsage) }
}
