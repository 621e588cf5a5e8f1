extension Table {
    /// A row of a name and what is said of it.
    static func row(_ name: String, _ value: Prose) -> [Cell] { [.text(Prose(name)), .text(value)] }

    /// On what and how figures were found: the first rows of how an evaluation or a label curve was done.
    static func origin(
        data: String, digest: String, scheme: String, protocolName: String, preset: String, changes: [String]
    ) -> [[Cell]] {
        let others = SettingWords.all(changes).map { "\($0.name): \(name: $0.value)" as Prose }
        return [
            row("dataset", "\(name: data)"), row("its digest", "\(name: digest)"),
            row("what is told apart", "\(name: scheme)"), row("how people were held out", "\(name: protocolName)"),
            row("preset", "\(name: preset)"),
            row("not as in it", others.isEmpty ? "nothing" : Prose.joined(others, "; ")),
        ]
    }
}
