/// What a channel measures of the body as a voltage, as its name says.
enum BodyVoltage: String {
    case brain = "EEG"
    case eyes = "EOG"
    case muscle = "EMG"
    case heart = "ECG"

    private static let words: [Substring: BodyVoltage] = [
        "EEG": .brain, "EOG": .eyes, "LOC": .eyes, "ROC": .eyes, "E1": .eyes, "E2": .eyes, "EMG": .muscle,
        "CHIN": .muscle, "SUBMENTAL": .muscle, "ECG": .heart, "EKG": .heart,
    ]
    /// The places of the international 10-20 system and its finer ones, before a number or a z.
    private static let places: Set<Substring> = [
        "FP", "AF", "F", "FT", "FC", "C", "T", "TP", "CP", "P", "PO", "O",
    ]

    /// Nil for a name that says none of these.
    init?(channel name: String) {
        let words = name.uppercased().split { !$0.isLetter && !$0.isNumber }
        let found = words.compactMap { Self.words[$0] }.first
        let isOfAPlace = words.contains { word in
            let letters = word.prefix { $0.isLetter && $0 != "Z" }
            let rest = word.dropFirst(letters.count)
            return Self.places.contains(letters) && (rest == "Z" || (1...2).contains(rest.count) && Int(rest) != nil)
        }
        guard let kind = found ?? (isOfAPlace ? .brain : nil) else { return nil }
        self = kind
    }
}
