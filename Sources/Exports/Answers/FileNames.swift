/// Names of files for things that are called anything: each once, and short enough for every file system.
struct FileNames {
    /// What a name may have, in bytes of UTF-8: with what comes before and after it the file system's 255 are kept.
    private static let byteLimit = 120
    private var taken: Set<String> = []

    /// A name for what is called so: its letters, digits, marks, hyphens, underscores and dots; `_` for all others.
    ///
    /// - Returns: a name that differs from all before in more than the size of its letters; never empty, and never one
    ///   that begins with a dot or a hyphen.
    mutating func name(for text: String) -> String {
        var name = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .format, .control: continue  // marks of direction show what is not there
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
                .nonspacingMark, .spacingMark:
                name.unicodeScalars.append(scalar)
            default: name.unicodeScalars.append("-_.".unicodeScalars.contains(scalar) ? scalar : "_")
            }
        }
        if name.isEmpty || name.first == "." || name.first == "-" { name = "_" + name }
        return unique(name, separator: "-")
    }

    /// Labels as the Brain Imaging Data Structure has them: Latin letters and digits alone, each once.
    ///
    /// Who is called like a label, or `sub-` and one, has that one, the first of two. Others get what is left of their
    /// names where nobody has it, so that nobody's files stand under another's name.
    ///
    /// - Parameters:
    ///   - texts: what people are called.
    ///   - otherwise: the label where nothing is left of a name.
    /// - Returns: the labels by the names.
    static func labels(for texts: [String], otherwise: String) -> [String: String] {
        var (names, labels): (FileNames, [String: String]) = (FileNames(), [:])
        for text in texts where labels[text] == nil {
            let own = String(text.trimmingPrefix("sub-"))
            guard own == letters(own), !own.isEmpty, own.utf8.count <= byteLimit,
                names.taken.insert(own.lowercased()).inserted
            else { continue }
            labels[text] = own
        }
        for text in texts where labels[text] == nil {
            let own = letters(text)
            labels[text] = names.unique(own.isEmpty ? otherwise : own, separator: "x")
        }
        return labels
    }

    private static func letters(_ text: String) -> String {
        text.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
    }

    private mutating func unique(_ name: String, separator: String) -> String {
        var short = name
        while short.utf8.count > Self.byteLimit { short.unicodeScalars.removeLast() }
        var (result, number) = (short, 1)
        while !taken.insert(result.lowercased()).inserted {
            number += 1
            result = "\(short)\(separator)\(number)"
        }
        return result
    }
}
