import Datasets

/// A physical unit as the header of an EDF file writes it.
///
/// Voltages become microvolts. Of other quantities a unit is kept as it is, and converted only where another night has
/// the same channel in another one of the same quantity. A text that is not in the table is a unit of its own.
struct SignalUnit: Sendable, Equatable {
    /// From one unit into another: `value * scale + shift`.
    struct Conversion: Sendable, Equatable {
        /// Values as they are.
        static let none = Conversion(scale: 1, shift: 0)

        let scale: Double
        let shift: Double

        /// Converts values in place; those that need no conversion keep their bits.
        func apply(to values: inout [Double]) {
            guard self != .none else { return }
            for index in values.indices { values[index] = values[index] * scale + shift }
        }
    }

    private enum Quantity { case voltage, temperature, pressure, flow, share, frequency }

    /// What a text means: a quantity, and how many of its base units one is.
    private struct Meaning: Equatable {
        let quantity: Quantity
        let scale: Double
        var shift = 0.0
    }

    /// By small letters, without blanks, `u` for micro and `deg` for the sign of a degree.
    private static let meanings: [String: Meaning] = {
        let tables: [(Quantity, [(Double, [String])])] = [
            (
                .voltage,  // in microvolts
                [
                    (1e6, ["v", "volt", "volts"]), (1e3, ["mv", "mvolt", "mvolts", "millivolt", "millivolts"]),
                    (1, ["uv", "uvolt", "uvolts", "microv", "microvolt", "microvolts"]),
                    (1e-3, ["nv", "nvolt", "nvolts", "nanovolt", "nanovolts"]),
                ]
            ),
            (
                .pressure,  // in pascals
                [
                    (1, ["pa"]), (100, ["hpa", "mbar"]), (1e3, ["kpa"]), (1e5, ["bar"]), (133.322387415, ["mmhg"]),
                    (98.0665, ["cmh2o", "cmh20"]), (9.80665, ["mmh2o", "mmh20"]),
                ]
            ),
            (
                .flow,
                [(1, ["l/min", "lpm"]), (60, ["l/s", "l/sec"]), (0.06, ["ml/s", "ml/sec"]), (1e-3, ["ml/min"])]
            ),
            (.share, [(1, ["%", "percent", "pct"])]),
            (.frequency, [(1, ["1/min", "/min", "bpm"]), (60, ["hz", "1/s"])]),
            (.temperature, [(1, ["degc", "c", "celsius", "degcelsius"])]),
        ]
        var meanings: [String: Meaning] = [
            "degf": Meaning(quantity: .temperature, scale: 5.0 / 9, shift: -160.0 / 9),
            "k": Meaning(quantity: .temperature, scale: 1, shift: -273.15),
        ]
        for (quantity, units) in tables {
            for (scale, texts) in units {
                for text in texts { meanings[text] = Meaning(quantity: quantity, scale: scale) }
            }
        }
        return meanings
    }()

    /// The small letter my of Shift-JIS, and of EUC-JP and GBK, read as Latin-1, in which nobody writes so.
    private static let otherMicroSigns = ["\u{83}\u{CA}", "\u{A6}\u{CC}"]

    /// As the file writes it, without the blanks around it; empty where it says none.
    let text: String
    private let meaning: Meaning?

    /// The unit that a text stands for.
    init(_ text: String) {
        self.text = text
        let plain = Self.otherMicroSigns.reduce(text) { $0.replacing($1, with: "u") }.map { character in
            switch character {
            // The micro sign, the small letter my and the large one; the micro sign of DOS, read as Latin-1.
            case "\u{B5}", "\u{3BC}", "\u{39C}", "\u{E6}": return "u"
            case "\u{B0}": return "deg"
            default: return character.isWhitespace ? "" : String(character)
            }
        }.joined()
        // A megavolt is no more absurd in a header than a millivolt in capitals: which is meant is not known.
        meaning = plain.hasPrefix("M") && plain.lowercased() == "mv" ? nil : Self.meanings[plain.lowercased()]
    }

    /// Whether it is none that is known, and has characters that can't be shown.
    var isUnreadable: Bool { meaning == nil && text.unicodeScalars.contains(where: \.isControl) }

    /// Whether it is one of voltages.
    var isVoltage: Bool { meaning?.quantity == .voltage }

    /// The unit in which a dataset has what comes in this one.
    var kept: SignalUnit { meaning?.quantity == .voltage ? SignalUnit("uV") : self }

    /// How values come from this unit into another; nil where they can't.
    func conversion(into other: SignalUnit) -> Conversion? {
        guard let meaning, let target = other.meaning else { return text == other.text ? Conversion.none : nil }
        guard meaning.quantity == target.quantity else { return nil }
        return Conversion(scale: meaning.scale / target.scale, shift: (meaning.shift - target.shift) / target.scale)
    }
}
