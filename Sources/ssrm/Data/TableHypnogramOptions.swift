import ArgumentParser
import Datasets
import Foundation
import Readers

/// The hypnograms that have the labels of a table, as of a polysomnograph that recorded beside a watch.
struct TableHypnogramOptions: ParsableArguments {
    @Option(
        name: .long, parsing: .upToNextOption,
        help: """
            With --time-column and --time-zone, in place of --label: hypnograms of any form that data edf reads, each of \
            one night, which becomes a recording. A file's name begins with its subject's, like P01-Hypnogram.edf of P01.
            """,
        completion: .file())
    var hypnogram: [String] = []

    @Option(
        name: .long, parsing: .upToNextOption,
        help: """
            When the first sleep epoch of each --hypnogram begins, in their order, where the files do not say: times as \
            those of --time-column are written.
            """)
    var hypnogramStart: [String] = []

    @Option(
        name: .long, parsing: .unconditionalSingleValue,
        help: """
            Seconds that are added to the times of --hypnogram, where its clock was not the table's: once for all, or once for \
            each.
            """)
    var hypnogramOffset: [Double] = []

    @Option(
        name: .long,
        help: "Whose stages of --hypnogram count: a column of a table of events, or a name in its column of scorers.")
    var scorer: String?

    @OptionGroup var stages: StageOptions

    /// Refuses what goes with hypnograms alone, where there are none, and with them what they say themselves.
    func require(_ time: TimeOptions, label: String?, hasLabelMap: Bool, recording: String?) throws {
        guard !hypnogram.isEmpty else {
            let given =
                hypnogramStart.first.map { _ in "--hypnogram-start" }
                ?? hypnogramOffset.first.map { _ in "--hypnogram-offset" } ?? scorer.map { _ in "--scorer" }
                ?? stages.given
            if let given { throw ValidationError("\(given) goes with --hypnogram") }
            return
        }
        guard !time.secondsFromStart else {
            throw ValidationError("--hypnogram needs the times of a clock: leave --seconds-from-start out")
        }
        guard time.timeColumn != nil, time.timeZone != nil else {
            throw ValidationError(
                "--hypnogram goes with --time-column, and with --time-zone: the zone of the clock that it was written by"
            )
        }
        guard label == nil, recording == nil, time.maxGap == nil else {
            throw ValidationError(
                "--hypnogram has the labels, and makes a recording of each night: leave --label, --recording and --max-gap "
                    + "out")
        }
        guard !hasLabelMap else {
            throw ValidationError(
                "--label-map is about --label; of texts in a --hypnogram --stage-map says what they are")
        }
        guard hypnogramStart.isEmpty || hypnogramOffset.isEmpty else {
            throw ValidationError("--hypnogram-start says when each begins: leave --hypnogram-offset out")
        }
        guard time.labelFile.isEmpty, time.end == nil else {
            throw ValidationError("--hypnogram has the labels: leave --label-file, --label-end and --label-seconds out")
        }
        guard hypnogramStart.isEmpty || hypnogramStart.count == hypnogram.count else {
            throw ValidationError(
                "--hypnogram-start must be given once for each --hypnogram: \(hypnogramStart.count) for \(hypnogram.count)"
            )
        }
        guard [0, 1, hypnogram.count].contains(hypnogramOffset.count) else {
            throw ValidationError(
                "--hypnogram-offset must be given once, or once for each --hypnogram: \(hypnogramOffset.count) for "
                    + "\(hypnogram.count)")
        }
        if let offset = hypnogramOffset.first(where: { !(abs($0) <= 1e8) }) {
            throw ValidationError("--hypnogram-offset must be a number of seconds within three years: not \(offset)")
        }
    }

    /// The hypnograms; nil where there are none.
    func hypnograms(_ times: TimeColumn) throws -> TableHypnograms? {
        guard !hypnogram.isEmpty, let zone = times.zone else { return nil }
        return TableHypnograms(
            paths: hypnogram, zone: zone, starts: hypnogramStart, order: times.order,
            offsets: hypnogramOffset.isEmpty ? [0] : hypnogramOffset, reading: try stages.reading(scorer: scorer))
    }
}
