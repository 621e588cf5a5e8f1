import Datasets
import Recognition

/// Self-training: what few labels can't teach an encoder, a recogniser's answers for everybody else can.
///
/// A first recogniser is trained as the settings say. Its answers stand in for the labels of all samples trained on
/// that have none; they are those of sequences, so that an encoder that sees single samples learns from them what only
/// their neighbours told. The encoder is then trained on together with a linear layer that is thrown away, on single
/// samples drawn from all; and a second recogniser is trained on its features, on labels alone.
extension EncodedDataset {
    /// How many samples a step of self-training takes.
    static let selfTrainingBatch = 256

    /// A recogniser trained on the samples `training`, and its encoders, with self-training where the settings ask for
    /// it and a recording takes part without any label.
    ///
    /// - Parameters:
    ///   - schemes: what is told apart, and after it what is learnt beside.
    ///   - training: the samples that take part, in order.
    ///   - settings: how to build and train.
    ///   - first: how the first recogniser is, where not as the settings say; without self-training there is no other.
    ///   - threads: how many threads to use; the bits do not depend on it.
    ///   - kept: keeps how far it is, and has it begin where it was; nil where nothing is kept.
    ///   - progress: as for `Recogniser.fit`, of each training anew.
    /// - Returns: what was trained.
    /// - Throws: as `fitOnce`, and what recognising the samples throws.
    func fit(
        _ schemes: [SchemeLabels], training: [Int], settings: RecogniserSettings, first: RecogniserSettings? = nil,
        threads: Int, keeping kept: KeptTraining? = nil,
        progress: @escaping @Sendable (Recogniser.Progress) -> Void = { _ in }
    ) throws -> Fitted {
        let isTaught = schemes[0].selfTrainingSteps(of: settings, on: dataset, training: training) > 0
        var own = first ?? settings
        if !isTaught { own.selfTrainingSteps = own.selfTrainingSteps.map { _ in 0 } }
        func told(of part: Int) -> @Sendable (Recogniser.Progress) -> Void {
            { progress($0.ofTraining(part, of: isTaught ? 3 : 1)) }
        }
        let teacher = try fitOnce(
            schemes, training: training, settings: own, threads: threads, keeping: kept?.ofTraining(1),
            progress: told(of: 1))
        guard isTaught, let steps = settings.selfTrainingSteps else { return teacher }
        // Everybody is recognised, so that no samples are copied; only answers for those trained on are used.
        let answers = try EncodedDataset(dataset, by: teacher.encoders, inputs: inputs).recognise(
            by: teacher.recogniser, mirror: settings.mirrorAverage ? try schemes[0].mirroredClasses : nil,
            threads: threads)
        let student = try EncodedDataset(dataset, by: Array(teacher.encoders.prefix(1)), inputs: inputs).fitOnce(
            [schemes[0].completed(by: answers.labels, for: training)], training: training,
            settings: settings.ofSelfTraining(steps: steps), threads: threads, keeping: kept?.ofTraining(2),
            progress: told(of: 2))
        var second = try EncodedDataset(dataset, by: student.encoders, inputs: inputs).fitOnce(
            schemes, training: training, settings: settings.afterSelfTraining, threads: threads,
            keeping: kept?.ofTraining(3), progress: told(of: 3))
        second.stepsBefore = teacher.steps + student.steps
        return second
    }
}

extension SchemeLabels {
    /// Steps of self-training that take place: 0 where the settings ask for none, and where every recording among the
    /// samples trained on has a label.
    func selfTrainingSteps(of settings: RecogniserSettings, on dataset: Dataset, training: [Int]) -> Int {
        guard let steps = settings.selfTrainingSteps, steps > 0 else { return 0 }
        var (recordings, labelled) = (Set<Int>(), Set<Int>())
        for sample in training {
            let recording = dataset.recording(of: sample)
            recordings.insert(recording)
            if labels[sample] != nil { labelled.insert(recording) }
        }
        return labelled.count < recordings.count ? steps : 0
    }
}

extension RecogniserSettings {
    /// A linear layer on single samples, with the encoder's body.
    fileprivate func ofSelfTraining(steps: Int) -> RecogniserSettings {
        var settings = self
        (settings.encoder, settings.cell, settings.trees) = (.tuned, .none, .none)
        (settings.sequenceLength, settings.batchSequences) = (1, EncodedDataset.selfTrainingBatch)
        (settings.steps, settings.members, settings.stopSubjects) = (steps, 1, 0)
        settings.rareClassCorrection = 0
        return settings
    }

    /// The same on the features of an encoder that is trained on no more.
    fileprivate var afterSelfTraining: RecogniserSettings {
        var settings = self
        (settings.encoder, settings.augmentation) = (.frozen, .none)
        return settings
    }
}
