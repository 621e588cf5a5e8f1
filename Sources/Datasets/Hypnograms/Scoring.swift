/// What a scoring file says before anything is understood of it: intervals of time with texts.
///
/// All forms of hypnogram files become this; ``Hypnogram`` makes stages of it.
struct Scoring {
    /// A time and what was written for it.
    struct Interval {
        /// What the file's form says about the text.
        enum Kind {
            /// That it is a sleep stage.
            case stage
            /// That it is something else.
            case event
            /// Nothing: the text itself must tell.
            case any
        }

        /// Seconds from the file's zero.
        let onset: Double
        /// Seconds that it lasts; nil where the file does not say.
        let duration: Double?
        /// What was written.
        let text: String
        /// What the form says about it.
        var kind = Kind.any
    }

    /// The file.
    let path: String
    /// In the file's order.
    let intervals: [Interval]
    /// When the file's zero is, in seconds since 1970 on the clock of the place of recording; nil: at the start of the
    /// signals.
    var start: Double?
    /// What numbers that stand alone mean; nil: the texts must tell.
    var numbers: [String: StageMeaning]?
    /// Whether it has a line a sleep epoch and no time, so that only its length can say that it fits the signals.
    var isOneEachEpoch = false
    /// What was left out of the file.
    var skipped: [SkippedItem] = []
}

extension Scoring {
    /// The annotations of an EDF+ file.
    init(_ file: EDFFile) {
        self.init(
            path: file.path,
            intervals: file.annotations.map {
                Interval(onset: $0.onset, duration: $0.duration, text: $0.text)
            }, start: file.start)
    }
}
