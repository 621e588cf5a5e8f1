import Foundation
import Numerics
import Recognition

/// A line of text on a page, in which numbers know their value and names are kept apart from what is said about them.
///
/// Between backticks in its own words stands what is typed: a command, a flag.
struct Prose: Sendable, Equatable, ExpressibleByStringInterpolation {
    /// A piece of it.
    struct Span: Sendable, Equatable {
        /// As it is shown.
        let text: String
        /// The number that is shown; nil where it is none.
        var value: Double?
        /// Whether it comes from a file: it may be written in any direction.
        var isName = false
        /// Whether such a text is a command.
        var isCommand = false
        /// What it is short for; nil where it stands for itself.
        var meaning: String?
        /// Whether it is smaller, and below what it belongs to where there is little room.
        var isBeside = false

        /// Its pieces, every other one of which is what is typed; one where backticks come in no pairs.
        fileprivate var typed: [(text: Substring, isTyped: Bool)] {
            guard text.utf8.contains(UInt8(ascii: "`")) else { return [(text[...], false)] }
            let pieces = text.split(separator: "`", omittingEmptySubsequences: false)
            return pieces.count % 2 == 1 ? pieces.enumerated().map { ($1, $0 % 2 == 1) } : [(text[...], false)]
        }

        fileprivate var markedUp: String {
            typed.map { text, isTyped in
                isTyped ? "<code>\(Prose.escaped(String(text)))</code>" : Prose.escaped(String(text))
            }.joined()
        }
    }

    /// What is written as a line with numbers and names in it.
    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var spans: [Span] = []

        init(literalCapacity: Int, interpolationCount: Int) {}

        mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { spans.append(Span(text: literal)) }
        }

        /// Words of the program's own.
        mutating func appendInterpolation(_ words: String) { spans.append(Span(text: words)) }

        /// A text from a file or a person.
        mutating func appendInterpolation(name: String) {
            spans.append(Span(text: Self.visible(name), isName: true))
        }

        /// A command with texts from a file in it.
        mutating func appendInterpolation(command: String) {
            spans.append(Span(text: Self.visible(command), isName: true, isCommand: true))
        }

        /// A number of things.
        mutating func appendInterpolation(_ count: Int) {
            spans.append(
                Span(text: Prose.withCommas("\(count.magnitude)", isNegative: count < 0), value: Double(count)))
        }

        /// A number with so many decimals; a dash for one that is not finite.
        mutating func appendInterpolation(_ value: Double, _ decimals: Int) {
            spans.append(value.isFinite ? Span(text: Prose.grouped(value, decimals), value: value) : Span(text: "–"))
        }

        /// The same; a dash for one that is not defined, too.
        mutating func appendInterpolation(_ value: Double?, _ decimals: Int) {
            let number: Double = value ?? .nan
            appendInterpolation(number, decimals)
        }

        /// A part of a whole as per cent.
        mutating func appendInterpolation(percent part: Double, _ decimals: Int = 1) {
            guard part.isFinite else { return spans.append(Span(text: "–")) }
            let least = "0." + String(repeating: "0", count: max(decimals - 1, 0)) + "1"
            let isTooSmall = part > 0 && Double(Prose.fixed(100 * part, decimals)) == 0
            let text = isTooSmall ? "<\u{A0}\(decimals == 0 ? "1" : least)" : Prose.fixed(100 * part, decimals)
            spans.append(Span(text: text, value: part))
            spans.append(Span(text: "\u{A0}%"))
        }

        /// A part of a whole, or a difference of such, in percentage points, without the unit.
        mutating func appendInterpolation(points part: Double, _ decimals: Int = 1) {
            spans.append(part.isFinite ? Span(text: Prose.fixed(100 * part, decimals), value: part) : Span(text: "–"))
        }

        /// A short form of words, which are shown beside the pointer.
        mutating func appendInterpolation(short: String, for meaning: String) {
            spans.append(Span(text: short, meaning: meaning))
        }

        /// What lies in an interval; nothing where there is none.
        mutating func appendInterpolation(_ interval: Interval?, _ decimals: Int) {
            guard let interval else { return }
            appendInterpolation(beside: "[\(interval.low, decimals), \(interval.high, decimals)]")
        }

        /// A line that is smaller.
        mutating func appendInterpolation(beside prose: Prose) {
            spans.append(Span(text: " "))
            for var span in prose.spans {
                span.isBeside = true
                spans.append(span)
            }
        }

        /// Another line.
        mutating func appendInterpolation(_ prose: Prose) { spans += prose.spans }

        /// A name with every character that shows nothing, or turns others around, as its number.
        private static func visible(_ name: String) -> String {
            name.unicodeScalars.map { scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse:
                    "⟨U+" + String(scalar.value, radix: 16, uppercase: true) + "⟩"
                default: String(scalar)
                }
            }.joined()
        }
    }

    private(set) var spans: [Span]

    init(stringLiteral text: String) { spans = text.isEmpty ? [] : [Span(text: text)] }
    init(stringInterpolation: StringInterpolation) { spans = stringInterpolation.spans }

    /// Words of the program's own.
    init(_ words: String) { spans = words.isEmpty ? [] : [Span(text: words)] }

    /// Lines one after another.
    static func + (first: Prose, second: Prose) -> Prose {
        var both = first
        both.spans += second.spans
        return both
    }

    /// Lines with something between them.
    static func joined(_ lines: [Prose], _ separator: String = ", ") -> Prose {
        lines.enumerated().reduce(into: Prose("")) { whole, line in
            if line.offset > 0 { whole.spans.append(Span(text: separator)) }
            whole.spans += line.element.spans
        }
    }

    /// So many of something: its name for one, and for more.
    static func counted(_ count: Int, _ one: String, _ more: String) -> Prose {
        "\(count) \(count == 1 ? one : more)"
    }

    /// Two parts of a whole and what is between them; one where both are shown alike.
    static func range(percent low: Double, _ high: Double) -> Prose {
        let (first, last): (Prose, Prose) = ("\(percent: low)", "\(percent: high)")
        return first.plain == last.plain ? first : "\(first) to \(last)"
    }

    /// Without markup, for what is read aloud or shown beside the pointer.
    var plain: String {
        spans.map { span in span.isName ? span.text : span.typed.map(\.text).joined() }.joined()
    }

    /// As HTML: numbers in `data` elements, names isolated from the direction of what is around them.
    var html: String {
        var (html, isBeside) = ("", false)
        for span in spans {
            if span.isBeside != isBeside { html += span.isBeside ? "<small>" : "</small>" }
            isBeside = span.isBeside
            if let value = span.value {
                let exact = Double(span.text) == value ? "" : " value=\"\(value)\""
                html += "<data\(exact)>\(Self.escaped(span.text))</data>"
            } else if let meaning = span.meaning {
                html += "<abbr title=\"\(Self.escaped(meaning))\">\(Self.escaped(span.text))</abbr>"
            } else {
                let name = "<bdi>\(Self.escaped(span.text))</bdi>"
                html += span.isCommand ? "<code>\(name)</code>" : span.isName ? name : span.markedUp
            }
        }
        return isBeside ? html + "</small>" : html
    }

    /// A text with what HTML takes for markup written so that it is none.
    static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { "&<>\"'".utf8.contains($0) }) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// A number with a fixed count of decimals, with commas between thousands.
    static func grouped(_ value: Double, _ decimals: Int) -> String {
        let parts = fixed(value, decimals).split(separator: ".", maxSplits: 1)
        let whole = parts[0].drop { $0 == "−" }
        return withCommas(whole, isNegative: whole.count < parts[0].count) + parts.dropFirst().map { "." + $0 }.joined()
    }

    /// Digits with commas between thousands.
    private static func withCommas(_ digits: some StringProtocol, isNegative: Bool) -> String {
        let digits = Array(digits)
        let parts = stride(from: digits.count, to: 0, by: -3).map { String(digits[max(0, $0 - 3)..<$0]) }
        return (isNegative ? "−" : "") + parts.reversed().joined(separator: ",")
    }

    /// A number with a fixed count of decimals and a real minus sign, whatever the machine's language.
    static func fixed(_ value: Double, _ decimals: Int) -> String {
        let text = String(value, decimals: decimals)
        guard text.hasPrefix("-") else { return text }
        let isZero = text.dropFirst().allSatisfy { $0 == "0" || $0 == "." }
        return isZero ? String(text.dropFirst()) : "−" + text.dropFirst()
    }
}
