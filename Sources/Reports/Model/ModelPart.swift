import Datasets
package import Recognition
import SleepRecognition

/// The part of a report about a model: a model card (Mitchell and others 2019).
package struct ModelPart: Encodable, Sendable {
    /// One of the values that it reads.
    package struct Input: Encodable, Sendable, Equatable {
        /// Its name.
        package let name: String
        /// Its unit; nil where it has none or nobody said.
        package let unit: String?
    }

    /// The model's file.
    package let file: String
    /// The file's digest.
    package let digest: String
    /// What is told apart, by name.
    package let scheme: String
    /// The classes' names, in order.
    package let classes: [String]
    /// The labels that it was trained on, by name.
    package let vocabulary: String
    /// Rows and columns of a sample that it reads.
    package let rows, columns: Int
    /// What these are; empty where nobody said.
    package let inputs: [Input]
    /// How recordings were read that it was trained on, like `edf --channels=EEG --rate=100.0`; nil where nobody said.
    package let reader: String?
    /// Samples a second of each channel, and how many seconds of signals a sample has; nil of what is no signal.
    package let rate, seconds: Double?
    /// What is done to samples first.
    package let preparation: String
    /// The settings' name.
    package let preset: String
    /// The encoder's network; nil where there is none.
    package let network: String?
    /// How the encoder was made.
    package let encoder: String
    /// Features of the encoder; 0 where there is none.
    package let features: Int
    /// The recurrent cell, and how many units it has in each direction.
    package let cell: String
    /// Units in each direction.
    package let hiddenUnits: Int
    /// How many recognisers answer together.
    package let members: Int
    /// Parameters of each one, without the encoder's.
    package let parameterCount: Int
    /// Whom it was trained on.
    package let subjects: [String]
    /// Those of them with labels, where not all have any.
    package let labelledSubjects: [String]?
    /// The digest of the dataset that it was trained on.
    package let dataset: String
    /// The digests of the job and of the dataset that an encoder was pre-trained in; nil without.
    package let encoderJob, encoderDataset: String?
    /// Whom the encoder learnt from, without labels; nil without one, or where that is not known.
    package let encoderSubjects: [String]?
    let settings: RecogniserSettings
    /// Whether its preparation brings maps of other sizes to this one, and whether it forgets their unit.
    private let (resizes, forgetsUnits): (Bool, Bool)

    private enum CodingKeys: String, CodingKey {
        case file, digest, scheme, classes, vocabulary, rows, columns, inputs, preparation, preset, network, encoder
        case reader, rate, seconds
        case features, cell, members, subjects, dataset
        case hiddenUnits = "hidden_units"
        case parameterCount = "parameter_count"
        case encoderJob = "encoder_job"
        case encoderDataset = "encoder_dataset"
        case encoderSubjects = "encoder_subjects"
        case labelledSubjects = "labelled_subjects"
    }

    /// A part.
    ///
    /// - Parameters:
    ///   - model: the model.
    ///   - file: where it was read.
    ///   - digest: the file's.
    package init(_ model: RecogniserModel, file: String, digest: String) {
        (self.file, self.digest) = (file, digest)
        (scheme, classes, vocabulary) = (model.scheme.rawValue, model.classes, model.vocabulary.rawValue)
        (rows, columns) = (model.rows, model.columns)
        inputs = model.content.enumerated().map { place, name in
            let unit = place < model.units.count ? model.units[place] : ""
            return Input(name: name, unit: unit.isEmpty || unit == "1" ? nil : unit)
        }
        reader = model.reader?.summary
        let signals = model.reader?.reader == "edf" ? model.reader?.settings : nil
        rate = signals?["rate"].flatMap(Double.init)
        seconds = signals?["row-seconds"].flatMap(Double.init).map { row in
            row * Double(model.rows) / Double(max(model.content.count, 1))
        }
        preparation = model.preparation.summary
        preset = model.preset
        network = model.encoders.first.map { $0.record.network.kind }
        encoder = model.recogniser.settings.encoder.rawValue
        features = model.encoders.first?.featureCount ?? 0
        (cell, hiddenUnits) = (model.recogniser.settings.cell.rawValue, model.recogniser.settings.hiddenUnits)
        (members, parameterCount) = (model.recogniser.members.count, model.recogniser.network.parameterCount)
        subjects = model.provenance.subjects
        dataset = model.provenance.dataset
        (encoderJob, encoderDataset) = (model.provenance.encoderJob, model.provenance.encoderDataset)
        encoderSubjects = model.provenance.encoderSubjects
        labelledSubjects = model.provenance.labelledSubjects
        settings = model.recogniser.settings.comparable(classCount: model.classes.count)
        let prepared = model.preparation.shape(rows: 2 * rows, columns: 2 * columns)
        resizes = (prepared.rows, prepared.columns) == (rows, columns)
        forgetsUnits = model.preparation.choice.forgetsUnits
    }

    func section(validatedBy evaluation: EvaluationPart?) -> PageSection {
        PageSection(
            id: "model", heading: "The model",
            blocks: [.text(summary), .heading("What it reads"), .text(reads)]
                + (inputs.isEmpty ? [] : [.details("The \(inputs.count) values by name", [.table(inputTable)])]) + [
                    .heading("From whom it learnt"), .text(learnt), .heading("How it was validated"),
                ] + validation(evaluation) + [.heading("Its limits")] + limits.map { .text($0) } + [
                    .details("What it is made of", [.table(parts)])
                ])
    }

    private var isSleep: Bool { !scheme.hasPrefix("posture") }

    private var summary: Prose {
        let names = classes.map { "\(name: $0)" as Prose }
        let what: Prose = isSleep ? "each sleep epoch of 30 s of a night as one of" : "each pressure map as one of"
        return """
            \(name: file) recognises \(what) \(classes.count) classes: \(Prose.joined(Array(names.prefix(12))))\
            \(names.count > 12 ? ", …" : ".")
            """
    }

    private var reads: Prose {
        if resizes {
            let units: Prose = forgetsUnits ? "" : ", and maps in other units,"
            return """
                Pressure maps of \(rows) × \(columns) values or more, all of which are brought to that size, \(prepared). \
                Smaller maps\(units) it refuses, and what is no map.
                """
        }
        return """
            Samples of \(rows) × \(columns) values\(signals)\(inputs.isEmpty ? "" : ", all of which must be there"), \
            \(prepared). Samples of other sizes, made of other values or in other units it refuses.\(readWith)
            """
    }

    /// What a sample of signals is.
    private var signals: Prose {
        guard let rate, let seconds else { return "" }
        func plain(_ value: Double) -> Prose { "\(value, value == value.rounded() ? 0 : 2)" }
        return ", \(plain(seconds)) s of \(Prose.counted(inputs.count, "channel", "channels")) at \(plain(rate)) Hz"
    }

    private var readWith: Prose {
        guard let reader else { return "" }
        let alike: Prose = "`ssrm predict --from` reads others alike."
        return " Those that it learnt from were read with: \(command: "ssrm data \(reader)"); \(alike)"
    }

    private var prepared: Prose {
        preparation == "none" ? "as they are" : "which are prepared first: \(name: Self.words(of: preparation))"
    }

    private var inputTable: Table {
        Table(
            head: ["value", "unit"],
            rows: inputs.map { [.text("\(name: $0.name)"), .text($0.unit.map { "\(name: $0)" } ?? "none")] })
    }

    private var learnt: Prose {
        let place: Prose = "in the dataset \(name: String(dataset.prefix(12)))…"
        let people = Prose.counted(subjects.count, "person", "people")
        guard let labelledSubjects else {
            return "From the recordings and labels of \(people) \(place): \(Self.listed(subjects)).\(encoderLearnt)"
        }
        let others = subjects.filter { !labelledSubjects.contains($0) }
        return """
            From the recordings of \(people) \(place), and from the labels of \(labelledSubjects.count) of them: \
            \(Self.listed(labelledSubjects)). Without labels: \(Self.listed(others)).\(encoderLearnt)
            """
    }

    /// Whom the encoder learnt from.
    private var encoderLearnt: Prose {
        guard let encoderDataset else { return "" }
        let start: Prose = " Its encoder learnt first, without labels, from the recordings of"
        guard let people = encoderSubjects else {
            return "\(start) a dataset (\(name: String(encoderDataset.prefix(12)))…)."
        }
        if people == subjects { return "\(start) the same people." }
        return "\(start) \(Prose.counted(people.count, "person", "people")): \(Self.listed(people))."
    }

    private static func listed(_ people: [String]) -> Prose {
        let names = people.prefix(60).map { "\(name: $0)" as Prose }
        let more: Prose = people.count > 60 ? " and \(people.count - 60) more" : ""
        return "\(Prose.joined(names))\(more)"
    }

    private var limits: [Prose] {
        var limits: [Prose] = [
            """
            Whatever is known of it is known of people like those it learnt from, recorded with the same devices. Of others \
            (children, other illnesses or drugs, other sensors or mats) nothing is known until somebody has tried.
            """,
            """
            It is made for research and is no medical device: nothing that it says of a single person should decide about \
            that person.
            """,
        ]
        let scored = (labelledSubjects ?? subjects).count
        if scored < 20 {
            let labels = labelledSubjects == nil ? "" : "the labels of "
            limits.append(
                "It learnt from \(labels)\(scored) \(scored == 1 ? "person" : "people") only: others may well differ.")
        }
        if isSleep, !classes.contains("N1"), classes.count > 2 {
            limits.append(
                "It does not tell all stages apart: what is one class to it may be several to a person who scores.")
        }
        return limits
    }

    private var recurrent: Prose {
        cell == RecogniserCell.none.rawValue
            ? "no recurrent layer, a linear layer and a CRF"
            : "\(name: cell) of \(hiddenUnits) units each way and a CRF"
    }

    private var parts: Table {
        let row = Table.row
        var rows = [
            row("file's digest", "\(name: digest)"), row("scheme", "\(name: scheme)"),
            row("labels of", "\(name: vocabulary)"), row("settings", "\(name: preset)"),
            row("encoder", network.map { "\(name: $0), \(features) features, \(name: encoder)" } ?? "none"),
            row("recogniser", "\(recurrent), \(parameterCount) parameters\(members > 1 ? " in each member" : "")"),
            row("members that answer together", "\(members)"), row("dataset", "\(name: dataset)"),
        ]
        if let steps = settings.selfTrainingSteps, steps > 0 {
            rows.append(row("self-training", "\(steps) steps of the encoder, by a first recogniser's answers"))
        }
        if let encoderJob { rows.append(row("encoder's job", "\(name: encoderJob)")) }
        if let encoderDataset { rows.append(row("encoder's dataset", "\(name: encoderDataset)")) }
        return Table(head: ["", ""], rows: rows)
    }
}
