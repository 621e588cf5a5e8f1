import Layers
public import Numerics
import Synchronization

extension Recogniser {
    /// A trained recogniser.
    public struct Fitted: Sendable {
        /// The recogniser.
        public let recogniser: Recogniser
        /// The parameters of each member's body, where one was trained on.
        public let bodies: [FloatBlock]
        /// The mean over its members of the last training epoch's mean negative log-likelihood per labelled sample, in
        /// nats; where held-out people chose the epoch, theirs in that epoch.
        ///
        /// It is that of the scheme asked for, whatever is learnt beside.
        public let loss: Double
        /// How many steps the optimiser made for each member.
        public let steps: Int
    }

    /// Trains a recogniser.
    ///
    /// Everything is fitted on the samples that take part: how values are scaled on those with a label, or on all of
    /// them where `unlabelled` keeps the others. The result depends on the arguments only, not on `threads`.
    ///
    /// - Parameters:
    ///   - data: what to learn from.
    ///   - settings: how to build and train.
    ///   - threads: how many threads to use: members are trained side by side, and share what there is.
    ///   - kept: keeps how far it is, and has it begin where it was; nil where nothing is kept.
    ///   - progress: called after each epoch of each member, one call at a time, on the thread that trains.
    /// - Returns: the trained recogniser.
    /// - Throws: `RecognitionError`, when the settings make no sense, no sample has a label or the training diverges.
    public static func fit(
        _ data: RecogniserData, settings: RecogniserSettings, threads: Int = 1, keeping kept: KeptTraining? = nil,
        progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) throws(RecognitionError) -> Fitted {
        do { try settings.validate() } catch { throw .badSetting(error) }
        if let body = data.body {
            do {
                try settings.augmentation.validate(rows: body.samples.rows, columns: body.samples.columns)
            } catch { throw .badSetting(error) }
        }
        let isLabelled = data.isLabelled
        guard data.training.contains(where: { data.targets[0].labels[$0] != nil }) else { throw .nothingToLearnFrom }
        // What trees say about those who are trained on is said by trees that they had no part in.
        let fitted = fittedForest(data, settings: settings, threads: threads)
        let values = fitted.map { $0.forest.read(data.values, with: $0.probabilities) } ?? data.values
        let scaling = FeatureScaling(
            of: values, samples: settings.unlabelled == .keep ? data.training : isLabelled.places)
        let network = try network(for: data, width: values.columns, settings: settings)
        let (trainedOn, stopping) = try divided(data, settings: settings, isLabelled: isLabelled)
        func pieces(_ recordings: [Range<Int>]) -> [Range<Int>] {
            Sequences.trainingPieces(
                of: recordings, isIncluded: data.isIncluded, isLabelled: isLabelled, unlabelled: settings.unlabelled,
                length: settings.sequenceLength)
        }
        let material = TrainingMaterial(
            network: network, values: scaling.scaled(values, clip: settings.inputClip),
            valueCount: values.columns, body: data.body,
            labels: data.targets.map { $0.labels.map { label in label.map { Int32($0) } ?? CRF.unknown } },
            pieces: pieces(trainedOn), stoppingPieces: pieces(stopping))
        try checkMemory(material, settings: settings)
        let outcomes = try outcomes(
            material, settings: settings, threads: threads, keeping: kept, progress: progress)
        let members = withExtendedLifetime(outcomes) {
            outcomes.map { FloatBlock($0.parameters.values.prefix(network.answeringParameterCount)) }
        }
        for member in members { correct(member, of: network, for: data, by: settings.rareClassCorrection) }
        return Fitted(
            recogniser: Recogniser(
                settings: settings, classes: data.targets[0].classes, featureCount: data.featureCount,
                scaling: scaling, members: members, forest: fitted?.forest),
            bodies: outcomes.compactMap(\.body),
            loss: outcomes.reduce(0) { $0 + $1.loss } / Double(outcomes.count),
            steps: MemberTraining(material: material, settings: settings, seed: 0, threads: 1).stepCount)
    }

    /// Adds to a member's bias of each class what makes rare ones be answered more often: minus a part of the logarithm
    /// of their share (Menon et al., "Long-tail learning via logit adjustment", ICLR 2021, section 4.1).
    private static func correct(
        _ member: FloatBlock, of network: RecogniserNetwork, for data: RecogniserData, by part: Double
    ) {
        guard part > 0 else { return }
        var counts = [Int](repeating: 0, count: network.classes)
        for sample in data.training {
            if let label = data.targets[0].labels[sample] { counts[label] += 1 }
        }
        let total = Double(counts.reduce(0, +))
        // A class that nobody had was not learnt, and stays as it is.
        for (place, count) in counts.enumerated() where count > 0 {
            member[network.heads[0].biasOffset + place] -= Float(part * logarithm(Double(count) / total))
        }
    }

    /// The trees that the settings ask for, grown on the labels of what is told apart.
    private static func fittedForest(
        _ data: RecogniserData, settings: RecogniserSettings, threads: Int
    ) -> FittedForest? {
        let target = data.targets[0]
        guard let forest = settings.trees.forest(ofClasses: target.classes) else { return nil }
        var people = [Int](repeating: 0, count: data.values.rows)
        for (recording, subject) in zip(data.recordings, data.subjects) {
            for sample in recording { people[sample] = subject }
        }
        let material = Forest.Material(
            values: data.values, people: people, training: data.training.filter { target.labels[$0] != nil },
            labels: target.labels, classes: target.classes)
        return Forest.fitted(material, settings: forest, seed: settings.seed, threads: threads)
    }

    /// The network that is trained; refused where it or its ensemble would fill the memory.
    private static func network(
        for data: RecogniserData, width: Int, settings: RecogniserSettings
    ) throws(RecognitionError) -> RecogniserNetwork {
        let network = RecogniserNetwork(
            cell: settings.cell, features: data.featureCount + width, hidden: settings.hiddenUnits,
            classes: data.targets[0].classes, others: data.targets.dropFirst().map(\.classes))
        guard network.parameterCount < largestParameterCount else {
            throw .badSetting(
                SettingFault(
                    "hidden_units", settings.hiddenUnits,
                    wanted: "fewer: \(network.features) features and that many units make "
                        + "\(network.parameterCount) parameters"))
        }
        let each = network.parameterCount + (data.body?.network.parameterCount ?? 0)
        guard each * settings.members < largestParameterCount else {
            throw .badSetting(
                SettingFault(
                    "members", settings.members,
                    wanted:
                        "fewer: each has \(each) parameters, and all of them would fill the memory"
                ))
        }
        return network
    }

    /// Refuses batches that would fill the memory with what a body computes for them.
    private static func checkMemory(
        _ material: TrainingMaterial, settings: RecogniserSettings
    ) throws(RecognitionError) {
        let rows = material.mostRows(inBatchesOf: settings.batchSequences)
        guard let body = material.body, BodyTraining.floats(body, rows: rows) >= Double(1 << 31) else { return }
        throw .badSetting(
            SettingFault(
                "batch_sequences", settings.batchSequences,
                wanted: "fewer, or shorter sequences: what the encoder computes for \(rows) samples at once would fill "
                    + "the memory"))
    }

    /// So many parameters or more are not trained: they, their gradients and their moments would fill the memory.
    private static let largestParameterCount = 1 << 29

    /// The recordings to train on and those of people who choose the epoch that is kept.
    private static func divided(
        _ data: RecogniserData, settings: RecogniserSettings, isLabelled: [Bool]
    ) throws(RecognitionError) -> (trainedOn: [Range<Int>], stopping: [Range<Int>]) {
        guard settings.stopSubjects > 0 else { return (data.recordings, []) }
        let labelled = zip(data.recordings, data.subjects).filter { $0.0.contains { isLabelled[$0] } }
        let people = Set(labelled.map(\.1)).sorted()
        guard people.count > settings.stopSubjects else {
            throw .badSetting(
                SettingFault(
                    "stop_subjects", settings.stopSubjects,
                    wanted: "less than the \(people.count) people with labels to train on"))
        }
        let order = Permutation(count: people.count, seed: settings.seed, stream: RandomStream.stopping)
        let stopping = Set((0..<settings.stopSubjects).map { people[order[$0]] })
        let all = zip(data.recordings, data.subjects)
        return (
            all.filter { !stopping.contains($0.1) }.map(\.0), all.filter { stopping.contains($0.1) }.map(\.0)
        )
    }

    private struct Epochs {
        var done: Int
        /// Those of them that were kept.
        var kept: Int
    }

    /// Trains the members, as many at a time as there are threads; none depends on another.
    private static func outcomes(
        _ material: TrainingMaterial, settings: RecogniserSettings, threads: Int, keeping kept: KeptTraining?,
        progress: @escaping @Sendable (Progress) -> Void
    ) throws(RecognitionError) -> [MemberTraining.Outcome] {
        let count = settings.members
        let keptEpochs = (0..<count).map { kept?.epochs(ofMember: $0) ?? 0 }
        let before = keptEpochs.reduce(0, +)
        let all = Mutex(Epochs(done: before, kept: before))
        return try taskResults(of: count, threads: threads, sharing: true) {
            member, threads throws(RecognitionError) in
            let training = MemberTraining(
                material: material, settings: settings, seed: settings.seed(ofMember: member), threads: threads)
            let epochs = (training.stepCount + training.batchesPerEpoch - 1) / training.batchesPerEpoch
            let keeper = kept?.keeper(
                ofMember: member, parameters: material.network.parameterCount,
                bodyParameters: material.body?.network.parameterCount)
            let unusable = keptEpochs[member] - (keeper?.state?.epoch ?? 0)
            all.withLock { ($0.done, $0.kept) = ($0.done - unusable, $0.kept - unusable) }
            return try training.run(keeping: keeper) { _, loss in
                all.withLock {
                    $0.done += 1
                    progress(Progress(epoch: $0.done, epochs: count * epochs, keptEpochs: $0.kept, loss: loss))
                }
            }
        }
    }
}

extension [Bool] {
    /// The places of what is true.
    fileprivate var places: [Int] { indices.filter { self[$0] } }
}

extension Recogniser {
    /// Trains a recogniser to tell apart one scheme's classes, on the samples of recordings of different people.
    ///
    /// - Parameters:
    ///   - features: `[samples, features]`.
    ///   - recordings: the samples of each recording, in order.
    ///   - labels: per sample its class, below `classes`, or nil.
    ///   - classes: how many classes there are.
    ///   - settings: how to build and train.
    ///   - threads: as above.
    ///   - progress: as above.
    /// - Returns: the trained recogniser.
    /// - Throws: `RecognitionError`, as above.
    public static func fit(
        _ features: Matrix, recordings: [Range<Int>], labels: [Int?], classes: Int, settings: RecogniserSettings,
        threads: Int = 1, progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) throws(RecognitionError) -> Recogniser {
        let data = RecogniserData(
            values: features, recordings: recordings, subjects: Array(recordings.indices),
            training: Array(0..<features.rows), targets: [RecogniserData.Target(labels: labels, classes: classes)])
        return try fit(data, settings: settings, threads: threads, progress: progress).recogniser
    }
}
