extension RecordedNight {
    /// What a recording is called that this is a stretch of: readers call what follows a gap `<recording>+<position>`;
    /// nil where it is none.
    ///
    /// The first sleep epochs of a stretch may have no answer.
    private var wholeName: String? {
        guard let plus = recording.lastIndex(of: "+"), plus > recording.startIndex else { return nil }
        let digits = recording[recording.index(after: plus)...]
        guard let position = Int(digits), digits == "\(position)", position <= positions[0] else { return nil }
        return String(recording[..<plus])
    }

    /// The same nights, with stretches of one recording on one grid of sleep epochs, so that what lies between them is
    /// a gap of one night.
    ///
    /// They stay apart where sleep epochs of theirs are the same, or where they lie too far apart for a night.
    static func joiningStretches(_ nights: [RecordedNight]) -> [RecordedNight] {
        struct Whole: Hashable { let subject, recording: String }
        var order: [Whole] = []
        var stretches: [Whole: [RecordedNight]] = [:]
        for night in nights {
            let whole = Whole(subject: night.subject, recording: night.wholeName ?? night.recording)
            if stretches[whole] == nil { order.append(whole) }
            stretches[whole, default: []].append(night)
        }
        return order.flatMap { whole -> [RecordedNight] in
            let own = stretches[whole] ?? []
            guard own.count > 1, let joined = RecordedNight(joining: own, named: whole.recording) else { return own }
            return [joined]
        }
    }

    private init?(joining stretches: [RecordedNight], named name: String) {
        let ordered = stretches.sorted { $0.positions[0] < $1.positions[0] }
        let positions = ordered.flatMap(\.positions)
        let first = ordered[0]
        guard zip(positions, positions.dropFirst()).allSatisfy({ $0 < $1 }),
            positions[positions.count - 1] - positions[0] < NightsPart.spanLimit,
            ordered.allSatisfy({ $0.signals.map(\.name) == first.signals.map(\.name) })
        else { return nil }
        let signals = first.signals.indices.map { place in
            Signal(
                name: first.signals[place].name, unit: first.signals[place].unit,
                values: ordered.flatMap { $0.signals[place].values })
        }
        let counts = ordered.compactMap(\.sampleCount)
        self.init(
            subject: first.subject, recording: name, positions: positions, scored: ordered.flatMap(\.scored),
            recognised: ordered.flatMap(\.recognised), probabilities: ordered.flatMap(\.probabilities),
            signals: signals, clock: first.clock,
            sampleCount: counts.count == ordered.count ? counts.reduce(0, +) : nil)
    }
}
