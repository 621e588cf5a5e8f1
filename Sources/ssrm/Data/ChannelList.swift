/// Names of channels in one word of a command line, separated by commas.
enum ChannelList {
    /// The names, without blanks around them; one that begins with a double quote ends with the next single one.
    ///
    /// - Returns: nil where it does not.
    static func names(in list: String) -> [String]? {
        var (names, rest) = ([String](), list[...])
        while true {
            rest = rest.drop { $0 == " " }
            var name = ""
            if rest.first == "\"" {
                rest.removeFirst()
                while true {
                    guard let end = rest.firstIndex(of: "\"") else { return nil }
                    name += rest[..<end]
                    rest = rest[rest.index(after: end)...]
                    guard rest.first == "\"" else { break }
                    name += "\""
                    rest.removeFirst()
                }
                rest = rest.drop { $0 == " " }
                guard rest.isEmpty || rest.first == "," else { return nil }
            } else {
                let end = rest.firstIndex(of: ",") ?? rest.endIndex
                name = String(rest[..<end].reversed().drop { $0 == " " }.reversed())
                rest = rest[end...]
            }
            if !name.isEmpty { names.append(name) }
            guard !rest.isEmpty else { return names }
            rest.removeFirst()
        }
    }

    /// The list that `names` reads as these.
    static func text(_ names: [String]) -> String {
        names.map { name in
            guard name.contains(",") || name.hasPrefix("\"") else { return name }
            return "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        }.joined(separator: ",")
    }
}
