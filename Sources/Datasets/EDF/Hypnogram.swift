import Foundation
import Signals

/// Sleep stages from the annotations of an EDF+ file, on a grid of sleep epochs of 30 s.
///
/// The grid starts with the first stage annotation. A sleep epoch has the stage of the annotation that covers its
/// middle, the later of two; a stage annotation without a duration lasts until the next one, the last for one sleep
/// epoch. The texts are EDF+'s standard ones (`Sleep stage W`, `1` to `4`, `R`, `?`, `N1`, `N2`, `N3`, `N`, `Movement
/// time`) and the AASM's names alone (`W`, `N1`, `N2`, `N3`, `R`, `REM`), whatever their case. Stage 4 is N3; `?`,
/// `Movement time`, and `N` (sleep that was not told apart) are no stage.
struct Hypnogram {
    private struct Segment {
        let onset: Double
        let end: Double
        let stage: SleepStage?
    }

    /// What EDF+'s standard texts begin with.
    private static let prefix = "sleep stage "
    /// What stands behind the prefix, or alone; nil for no stage.
    private static let names: [String: SleepStage?] = [
        "w": .wake, "n1": .n1, "n2": .n2, "n3": .n3, "r": .rem, "rem": .rem, "movement time": nil,
    ]
    /// What stands behind the prefix, never alone; nil for no stage.
    private static let standardNames: [String: SleepStage?] = [
        "1": .n1, "2": .n2, "3": .n3, "4": .n3, "?": nil, "n": nil, "m": nil,
    ]

    /// Beyond this many seconds there is no time that a recording could reach: some thirty years.
    private static let longest = 1e9

    private let segments: [Segment]

    /// Seconds from the annotation file's start to the first sleep epoch's start.
    let firstOnset: Double
    /// How many sleep epochs there are from the first annotation's start to the last one's end.
    let epochCount: Int
    /// What was left out of the file.
    let skipped: [SkippedItem]

    /// Takes the stages out of a file's annotations.
    ///
    /// - Throws: `DatasetError.unsuitable`, when there are none.
    init(_ file: EDFFile) throws(DatasetError) {
        let annotations = file.annotations.filter { abs($0.onset) < Self.longest }.sorted { $0.onset < $1.onset }
        let staged = annotations.compactMap { annotation in
            Self.stage(annotation.text).map { (annotation, stage: $0) }
        }
        guard let first = staged.first?.0.onset else {
            let found = file.annotations.prefix(3).map { "\"\($0.text)\"" }.joined(separator: ", ")
            throw .unsuitable(
                path: file.path,
                reason: "none of its \(file.annotations.count) annotations is a sleep stage like \"Sleep stage W\""
                    + (found.isEmpty ? "; give the EDF+ file with the scoring" : " (it has \(found) …)"))
        }
        let epoch = SleepEpochWindow.epochSeconds
        var segments: [Segment] = []
        for (index, (annotation, stage)) in staged.enumerated() {
            let next = index + 1 < staged.count ? staged[index + 1].0.onset : annotation.onset + epoch
            let end = annotation.onset + min(annotation.duration ?? next - annotation.onset, Self.longest)
            segments.append(Segment(onset: annotation.onset, end: end, stage: stage))
        }
        self.segments = segments
        firstOnset = first
        let end = segments.map(\.end).max() ?? first
        epochCount = Int(((end - first) / epoch + 1e-6).rounded(.down))

        var skipped: [SkippedItem] = []
        let others = file.annotations.count - staged.count
        if others > 0 {
            skipped.append(
                SkippedItem(path: file.path, kind: .annotation, count: others, reason: "no sleep stage"))
        }
        let short = segments.count { Self.epochs($0, from: first).isEmpty }
        if short > 0 {
            let reason = "too short to cover the middle of a sleep epoch"
            skipped.append(SkippedItem(path: file.path, kind: .annotation, count: short, reason: reason))
        }
        self.skipped = skipped
    }

    /// The stages of some sleep epochs; nil where there is none.
    func stages(_ epochs: Range<Int>) -> [SleepStage?] {
        var stages = [SleepStage?](repeating: nil, count: epochs.count)
        for segment in segments {
            for epoch in Self.epochs(segment, from: firstOnset).clamped(to: epochs) {
                stages[epoch - epochs.lowerBound] = segment.stage
            }
        }
        return stages
    }

    /// How many of some sleep epochs no stage annotation covers, not even one that says there is none.
    func uncoveredCount(_ epochs: Range<Int>) -> Int {
        var isCovered = [Bool](repeating: false, count: epochs.count)
        for segment in segments {
            for epoch in Self.epochs(segment, from: firstOnset).clamped(to: epochs) {
                isCovered[epoch - epochs.lowerBound] = true
            }
        }
        return isCovered.count { !$0 }
    }

    /// The sleep epochs whose middles a segment covers.
    private static func epochs(_ segment: Segment, from first: Double) -> Range<Int> {
        func firstMiddle(notBefore time: Double) -> Int {
            Int(((time - first) / SleepEpochWindow.epochSeconds - 0.5).rounded(.up))
        }
        let start = firstMiddle(notBefore: segment.onset)
        return start..<max(firstMiddle(notBefore: segment.end), start)
    }

    /// A text's stage; nil within for one that says there is none, nil for a text about something else.
    private static func stage(_ text: String) -> SleepStage?? {
        let words = text.lowercased()
        guard words.hasPrefix(prefix) else { return names[words] }
        let name = String(words.dropFirst(prefix.count))
        return names[name] ?? standardNames[name]
    }
}
