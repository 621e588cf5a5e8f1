/// Something that a command can't do, in the words that a person reads.
struct ProgramError: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
