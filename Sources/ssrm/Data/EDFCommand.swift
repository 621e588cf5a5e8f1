public import ArgumentParser
import Datasets
public import Readers
import Signals

extension Polysomnography.Visits: ExpressibleByArgument {}

/// `ssrm data edf`: polysomnography as EDF files.
struct EDFCommand: ReaderCommand {
    static let configuration = CommandConfiguration(
        commandName: "edf",
        abstract: "Signals in EDF, EDF+ or BDF files with hypnograms as EDF+ annotations, XML, events or text.",
        discussion: """
            The two files of a night are aligned by the start times in their headers, or by a hypnogram's clock times; one without \
            a clock starts with the signals. A sample is a sleep epoch of 30 s: each \
            channel is resampled to --rate and folded into rows of --row-seconds, one channel below the other. Voltages become \
            microvolts; other channels keep the first night's unit (or have that of --units), and a night whose unit can't be \
            converted into it is refused. \
            Stages may be spelt in all usual ways; what is not known is named, and refused where it is much (--stage-map). \
            Give --signals and --hypnogram once for each night, in the same order, or --root for a folder of pairs that are called \
            alike: night1-PSG.edf and night1-Hypnogram.edf, night1.edf and night1.txt (.csv, .tsv, .xml, .rml, .annot), or the names \
            of NSRR, BIDS and the Sleep-EDF Database. A folder of BIDS is read with its folders sub-LABEL.

            Example:
              ssrm data edf --signals SC4001E0-PSG.edf \\
                --hypnogram SC4001EC-Hypnogram.edf \\
                --channels "EEG Fpz-Cz,EOG horizontal" --out night.safetensors
              ssrm data edf --root sleep-cassette --channels "EEG Fpz-Cz" --rate 50 \\
                --wake-margin 30 --out nights.safetensors
              ssrm data edf --root edfs --hypnogram-root nsrr \\
                --channels EEG --file-is-subject --out nsrr.safetensors
              ssrm data edf --signals a.edf b.edf --subject A --subject B \\
                --channels EEG --out unlabelled.safetensors
              ssrm data edf --signals c.edf --subject C --channels "EEG C3-M2" \\
                --rename "C3=EEG C3-M2" --out c.safetensors
            """)

    @Option(
        name: .long, parsing: .upToNextOption,
        help: "A file with a night's signals, or several; it may be given again.", completion: .file())
    var signals: [String] = []

    @Option(
        name: .long,
        help: """
            The file with that night's sleep stages: EDF+ annotations (the same file, perhaps), XML of NSRR, Compumedics or \
            Philips, a table of events with a header (onset, duration, stage; or time, event, as RemLogic has it), or text, a stage, \
            "onset duration stage" or "22:00:30 stage" a line, as Domino has it; once for each --signals, or not at all: then no \
            sleep epoch has a label.
            """,
        completion: .file())
    var hypnogram: [String] = []

    @Option(
        name: .long, parsing: .unconditionalSingleValue,
        help: """
            Seconds that are added to the times of the hypnogram, where the start time in its header is not that of the signals \
            (86400 for the next day); 0 says that a clock's times fit, where they are refused. Once for all nights, or once for each --hypnogram.
            """)
    var hypnogramOffset: [Double] = []

    @Option(
        name: .long,
        help: """
            Who was recorded; once for each --signals, or not at all: then the patient code in the file, or its name where one \
            file alone has none. Nights of one subject belong together.
            """)
    var subject: [String] = []

    @Flag(
        name: .long,
        help: """
            Every file whose header has no patient code that says something is another person's, named by its file. Without \
            this flag several such files are refused.
            """)
    var fileIsSubject = false

    @Option(
        name: .long,
        help: """
            Whose files of --file-is-subject are that are called alike but for a visit's number, like shhs1-200001 and shhs2-200001, \
            or -visit1- and -visit2-: one-person, who is called as they are without it, or many-people. Without it they are refused.
            """)
    var visits: Polysomnography.Visits?

    @OptionGroup var unlabelled: UnlabelledOptions

    @Option(
        name: .long,
        help: """
            A folder with nights whose files are called alike, like night1-PSG.edf and night1-Hypnogram.edf, or night1.edf and \
            night1.txt, instead of --signals; with --unlabelled also EDF files without a hypnogram.
            """,
        completion: .directory)
    var root: String?

    @Option(
        name: .long, help: "The folder with the hypnograms of --root, where they are in another one.",
        completion: .directory)
    var hypnogramRoot: String?

    @Option(
        name: .customLong("channels"),
        help: """
            The channels' names, separated by commas, in the order of a sample's rows; one with a comma in it stands in double quotes, \
            and its own double quotes are doubled then. Of several of one label, EMG#2 is the file's second.
            """,
        transform: { text in
            guard let names = ChannelList.names(in: text) else {
                throw ValidationError(
                    "--channels \(text): a name in double quotes ends with one, and a comma or nothing is behind it")
            }
            return names
        })
    private var givenChannels: [[String]]
    private var channels: [String] { givenChannels.flatMap(\.self) }

    @Option(
        name: .customLong("rename"),
        help: ArgumentHelp(
            "What files may call one of --channels, like \"C3=EEG C3-M2\" or \"EMG#2=EMG\"; may be given several times.",
            valueName: "theirs=name"),
        transform: { text in
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw ValidationError(
                    "--rename \(text): give the name in the files and the channel's, like C3=EEG C3-M2")
            }
            return text
        })
    private var renameTexts: [String] = []
    /// Divided at the = that a channel's name follows, of which there may be several; else at the first.
    private var rename: [(theirs: String, name: String)] {
        renameTexts.map { text in
            let divisions = text.indices.dropFirst().filter { text[$0] == "=" }.map { equals in
                (theirs: String(text[..<equals]), name: String(text[text.index(after: equals)...]))
            }
            return divisions.last { channels.contains($0.name) } ?? divisions[0]
        }
    }

    @Option(
        name: .long,
        help: """
            The unit that each of --channels is to have, separated by commas in their order, like uV,cmH2O; nothing between two \
            for that of the first night. (default: microvolts for voltages, the first night's for others)
            """)
    var units: String?

    @Option(
        name: .long,
        help: "Values per second of every channel, in hertz. (default: the highest of the channels of the first night)")
    var rate: Double?

    @Option(name: .long, help: "How many seconds of a channel a row holds; a whole fraction of 30.")
    var rowSeconds = 1.0

    @Option(
        name: .customLong(ReaderRecord.wakeMargin),
        help: "Keep this many minutes before the first and after the last sleep. (default: everything)")
    var wakeMargin: Double?

    @Option(
        name: .long,
        help: "Whose stages count: a column of a table of events that has several, or a name in its column of scorers.")
    var scorer: String?

    @OptionGroup var stages: StageOptions

    @OptionGroup var output: DatasetOutput

    func validate() throws {
        if root == nil {
            try validateFiles()
        } else if !(signals.isEmpty && hypnogram.isEmpty && subject.isEmpty) {
            throw ValidationError("--root finds the files itself: leave --signals, --hypnogram and --subject out")
        } else if hypnogramOffset.count > 1 {
            throw ValidationError("--hypnogram-offset is one for all nights of --root: not \(hypnogramOffset.count)")
        }
        if let offset = hypnogramOffset.first(where: { abs($0) > 1e10 || $0.isNaN }) {
            throw ValidationError(
                "--hypnogram-offset must be a number of seconds within three centuries: not \(offset)")
        }
        guard visits == nil || fileIsSubject else {
            throw ValidationError("--visits is about the files of --file-is-subject: give that, or leave it out")
        }
        try validateChannels()
    }

    /// Refuses channels, units and names of theirs that do not go together.
    private func validateChannels() throws {
        guard unitTexts.isEmpty || unitTexts.count == channels.count else {
            throw ValidationError(
                "--units must name one for each of --channels: \(unitTexts.count) for \(channels.count)")
        }
        if let twice = firstRepeated(rename.map(\.theirs)) { throw ValidationError("--rename names \(twice) twice") }
        for (theirs, name) in rename where !channels.contains(name) || channels.contains(theirs) {
            throw ValidationError(
                "--rename \(theirs)=\(name): behind the = is the name of one of --channels, before it one that is none")
        }
        // Without a rate, only the rows can be judged before the files are open.
        let layout = PolysomnographyLayout(channels: channels, rate: rate ?? 1 / rowSeconds, rowSeconds: rowSeconds)
        if let flaw = layout.flaw { throw ValidationError(flaw) }
        if let wakeMargin, !(wakeMargin >= 0 && wakeMargin.isFinite) {
            throw ValidationError("--wake-margin must be 0 minutes or more: not \(wakeMargin)")
        }
    }

    /// Refuses files of --signals, and what is said of them, that do not go together.
    private func validateFiles() throws {
        guard hypnogramRoot == nil else {
            throw ValidationError("--hypnogram-root is for the nights of --root: give that, or --hypnogram")
        }
        guard !signals.isEmpty else { throw ValidationError("give --signals and --hypnogram, or --root") }
        guard hypnogram.isEmpty || hypnogram.count == signals.count else {
            throw ValidationError(
                "--hypnogram must be given once for each --signals or not at all: \(hypnogram.count) for \(signals.count)"
            )
        }
        guard [0, 1, signals.count].contains(hypnogramOffset.count), hypnogramOffset.isEmpty || !hypnogram.isEmpty
        else {
            throw ValidationError(
                "--hypnogram-offset must be given once, or once for each --hypnogram: \(hypnogramOffset.count) for \(hypnogram.count)"
            )
        }
        guard wakeMargin == nil || !hypnogram.isEmpty else {
            throw ValidationError("--wake-margin needs to know where sleep is: give --hypnogram")
        }
        if hypnogram.isEmpty, let option = stages.given ?? scorer.map({ _ in "--scorer" }) {
            throw ValidationError("\(option) is about the texts of a hypnogram: give --hypnogram, or leave it out")
        }
        guard subject.isEmpty || !fileIsSubject else {
            throw ValidationError("--subject says who was recorded: leave --file-is-subject out")
        }
        guard subject.isEmpty || subject.count == signals.count else {
            throw ValidationError(
                "--subject must be given once for each --signals or not at all: \(subject.count) for \(signals.count)")
        }
    }

    private var unitTexts: [String] {
        units?.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: .whitespaces)
        } ?? []
    }

    var inputs: [String] { root.map { [$0] + (hypnogramRoot.map { [$0] } ?? []) } ?? signals + hypnogram }

    func recordings() throws -> ReadRecordings {
        var files = signals.indices.map { index in
            PolysomnographyFiles(
                signals: signals[index], hypnogram: hypnogram.isEmpty ? nil : hypnogram[index],
                subject: subject.isEmpty ? nil : subject[index])
        }
        var unpaired: [SkippedItem] = []
        if let root {
            (files, unpaired) = try PolysomnographyFiles.find(
                in: root, hypnograms: hypnogramRoot, unlabelled: unlabelled.areTaken)
        }
        for index in files.indices where !hypnogramOffset.isEmpty {
            files[index].hypnogramOffset = hypnogramOffset[hypnogramOffset.count > 1 ? index : 0]
        }
        let source = try Polysomnography(
            files, unpaired: unpaired, channels: channels, channelUnits: unitTexts, rate: rate,
            rowSeconds: rowSeconds, wakeMargin: wakeMargin, unlabelled: unlabelled.areTaken,
            filesAreSubjects: fileIsSubject, visits: visits,
            renaming: Dictionary(rename.map { ($0.theirs, $0.name) }) { $1 }, reading: stages.reading(scorer: scorer))
        return ReadRecordings(source, record(of: source.layout))
    }

    private func record(of layout: PolysomnographyLayout) -> ReaderRecord {
        var settings = [
            "channels": ChannelList.text(layout.channels), "rate": "\(layout.rate)",
            "row-seconds": "\(layout.rowSeconds)",
        ]
        settings[ReaderRecord.wakeMargin] = wakeMargin.map { "\($0)" }
        return ReaderRecord(reader: "edf", settings: settings)
    }
}
