import Datasets
import Encoders
import Numerics
import Recognition
import Signals
import Upstream

/// A dataset's samples as a recogniser reads them: each through encoders, where there are any, with what else it reads
/// beside their features.
///
/// Training, recognition and every fold of an evaluation go through here.
struct EncodedDataset: Sendable {
    /// What is read of a sample beside the encoders' features.
    let inputs: RecogniserInputs
    let dataset: Dataset
    private let encoders: [Encoder]
    /// That of an encoder that starts from initial parameters, where no other is given.
    private let start: Encoder.Record?

    /// A dataset for encoders, with inputs that were fitted before.
    ///
    /// - Precondition: the samples have the encoders' shape.
    init(_ dataset: Dataset, by encoders: [Encoder], inputs: RecogniserInputs) {
        (self.dataset, self.encoders, self.inputs, start) = (dataset, encoders, inputs, nil)
    }

    /// A dataset to train on, with inputs that were fitted on samples trained on alone.
    ///
    /// - Throws: `DatasetError.unsuitable` for samples that can't be prepared as the settings say.
    init(
        _ dataset: Dataset, by encoder: Encoder?, inputs: RecogniserInputs, settings: PresetSettings
    ) throws(DatasetError) {
        (self.dataset, encoders, self.inputs) = (dataset, encoder.map { [$0] } ?? [], inputs)
        let isScratch = settings.recogniser.encoder == .scratch
        start = isScratch ? try Encoder.Record(startingOn: dataset, settings: settings.upstream) : nil
    }

    /// What was trained.
    struct Fitted {
        let recogniser: Recogniser
        /// None, one for all members, or each one's own.
        let encoders: [Encoder]
        let loss: Double
        /// How many steps the optimiser made for each member.
        let steps: Int
        /// How many steps went before: a first recogniser's and the encoder's, where there was self-training.
        var stepsBefore = 0
    }

    /// A recogniser trained on the samples `training`, and its encoders; see `Recogniser.fit`.
    ///
    /// Of self-training the settings say nothing here.
    ///
    /// - Parameters:
    ///   - schemes: what is told apart, and after it what is learnt beside.
    ///   - training: the samples that take part, in order.
    ///   - settings: how to build and train.
    ///   - threads: how many threads to use.
    ///   - kept: as for `Recogniser.fit`.
    ///   - progress: as for `Recogniser.fit`.
    /// - Returns: what was trained.
    /// - Throws: `RecognitionError`; `EncoderError.unfit` where a feature or a parameter is no number;
    ///   `LabelError.noMirror` where samples are mirrored whose labels are not; `DatasetError` and `TensorFileError`
    ///   for samples that can't be prepared or were cut meanwhile.
    func fitOnce(
        _ schemes: [SchemeLabels], training: [Int], settings: RecogniserSettings, threads: Int,
        keeping kept: KeptTraining? = nil, progress: @escaping @Sendable (Recogniser.Progress) -> Void = { _ in }
    ) throws -> Fitted {
        let samples = dataset.samples
        let tuned = settings.encoder.trainsBody ? encoders.first?.record ?? start : nil
        let body = try tuned.map { record in
            TunedBody(
                network: try Encoder.network(of: record),
                samples: try dataset.prepared(samples, by: record.preparation, threads: threads),
                parameters: encoders.first?.parameters, augmentation: settings.augmentation,
                mirrors: try schemes.map { scheme in
                    settings.augmentation.mirrors ? try scheme.mirroredClasses : nil
                })
        }
        let data = RecogniserData(
            values: try values(
                of: samples, by: body == nil ? encoders : [], scaledOver: settings.scaledRecordings(of: dataset),
                threads: threads)[0],
            recordings: dataset.recordingRanges.map(\.samples), subjects: dataset.recordingRanges.map(\.subject),
            training: training,
            targets: schemes.map { RecogniserData.Target(labels: $0.labels, classes: $0.classes.count) }, body: body)
        let fitted = try Recogniser.fit(
            data, settings: settings, threads: threads, keeping: kept, progress: progress)
        try dataset.requireWhole()
        let own = try tuned.map { record in
            try fitted.bodies.map { try Encoder(record: record, parameters: $0) }
        }
        return Fitted(recogniser: fitted.recogniser, encoders: own ?? encoders, loss: fitted.loss, steps: fitted.steps)
    }

    /// Values of samples through each encoder, or once where there is none: `[samples, width]` each; features scaled
    /// over each of some recordings.
    ///
    /// `progress` is told how many samples have gone through an encoder, each once for each encoder.
    ///
    /// - Throws: for values that are no numbers, and for a dataset that was cut meanwhile.
    private func values(
        of samples: Samples, by encoders: [Encoder], scaledOver recordings: [Range<Int>], threads: Int,
        progress: (Int) -> Void = { _ in }
    ) throws -> [Matrix] {
        let preparation = encoders.first?.record.preparation
        let prepared = try preparation.map { try dataset.prepared(samples, by: $0, threads: threads) }
        var values = [Matrix(rows: samples.count, columns: 0)]
        if let prepared {
            values = encoders.enumerated().map { place, encoder in
                encoder.features(of: prepared, 0..<samples.count) { progress(place * samples.count + $0) }
            }
        }
        for recording in recordings {
            for place in values.indices { values[place].scaleRows(recording) }
        }
        if inputs.areAny {
            let same = preparation == inputs.preparation ? prepared : nil
            let read = try same ?? dataset.prepared(samples, by: inputs.preparation, threads: threads)
            values = values.map { inputs.matrix($0, samples: read) }
        }
        try dataset.requireWhole()  // also for what the inputs were fitted on
        // Parameters near the largest float make such features, and a recogniser would blame its own learning rate.
        guard values.allSatisfy({ $0.elements.allSatisfy(\.isFinite) }) else {
            throw EncoderError.unfit(
                "its features of \(dataset.path) are infinite or not numbers: pretrain with a lower learning rate")
        }
        return values
    }

    /// What the recogniser answers for every sample of the recordings that have one of `wanted`; nil recognises all.
    ///
    /// - Parameters:
    ///   - recogniser: reads what these encoders and inputs make.
    ///   - mirror: for each class that of the mirrored sample; nil recognises no mirrors.
    ///   - wanted: samples.
    ///   - threads: how many threads to use.
    ///   - progress: as for `Prediction.run`.
    /// - Returns: an answer for each sample of the dataset; class 0 without a probability for those not wanted.
    /// - Throws: `EncoderError.unfit` where a feature is infinite or not a number, `TensorFileError.changed` where the
    ///   dataset was cut meanwhile.
    func recognise(
        by recogniser: Recogniser, mirror: [Int]? = nil, wanted: [Int]? = nil, threads: Int,
        progress: (Prediction.Progress) -> Void = { _ in }
    ) throws -> Recogniser.Recognition {
        let (isWanted, isMirrored) = (wanted.map { Set($0) }, mirror != nil)
        let recordings = dataset.recordingRanges.map(\.samples)
        let chosen = recordings.filter { recording in isWanted.map { !$0.isDisjoint(with: recording) } ?? true }
        let places = Array(chosen.joined())
        let samples = dataset.samples.copies(of: places)
        var (begin, moved) = (0, [Range<Int>]())
        for recording in chosen {
            moved.append(begin..<begin + recording.count)
            begin += recording.count
        }
        let count = places.count
        func reading(_ samples: Samples, mirror: [Int]? = nil) throws -> Recogniser.Reading {
            let scaled = recogniser.settings.scalesRecordings ? moved : []
            // Each encoder reads each sample, and then perhaps each mirrored one.
            let (before, share) = (mirror == nil ? 0 : count, max(encoders.count, 1))
            let values = try values(of: samples, by: encoders, scaledOver: scaled, threads: threads) {
                progress(.encoded((before + $0 / share) / (isMirrored ? 2 : 1), of: count))
            }
            return Recogniser.Reading(values, mirror: mirror)
        }
        var readings = [try reading(samples)]
        if let mirror {
            readings.append(try reading(dataset.samples.copies(of: places, areMirrored: true), mirror: mirror))
        }
        let found = recogniser.recognise(readings, recordings: moved, threads: threads) {
            progress(.recognised($0, of: count))
        }
        return found.spread(to: places, of: dataset.samples.count)
    }
}

extension RecogniserSettings {
    /// Whether features are scaled over each recording: those of a body that is trained on are not.
    fileprivate var scalesRecordings: Bool { recordingScaling && encoder == .frozen }

    /// The recordings over each of which features are scaled.
    fileprivate func scaledRecordings(of dataset: Dataset) -> [Range<Int>] {
        scalesRecordings ? dataset.recordingRanges.map(\.samples) : []
    }
}

extension Matrix {
    /// Brings each column to mean 0 and deviation 1 over some rows; one that does not change there to 0.
    fileprivate mutating func scaleRows(_ range: Range<Int>) {
        let scaling = FeatureScaling(of: self, samples: Array(range))
        for row in range {
            for c in 0..<columns { self[row, c] = (self[row, c] - scaling.means[c]) * scaling.factors[c] }
        }
    }
}

extension Recogniser.Recognition {
    /// The same with each answer at its sample's place among `count`; class 0 and no probability at others.
    fileprivate func spread(to places: [Int], of count: Int) -> Recogniser.Recognition {
        if places.count == count { return self }
        var all = Recogniser.Recognition(
            labels: [Int](repeating: 0, count: count),
            probabilities: Matrix(rows: count, columns: probabilities.columns))
        for (place, sample) in places.enumerated() {
            all.labels[sample] = labels[place]
            for c in 0..<probabilities.columns { all.probabilities[sample, c] = probabilities[place, c] }
        }
        return all
    }
}

extension Samples {
    /// Some of them in memory of their own; the columns of mirrored ones, which are maps, in reverse order.
    fileprivate func copies(of places: [Int], areMirrored: Bool = false) -> Samples {
        if places.count == count, !areMirrored { return self }
        let block = FloatBlock(count: places.count * valuesPerSample)
        for (place, sample) in places.enumerated() {
            let (from, to) = (base + sample * valuesPerSample, block.base + place * valuesPerSample)
            guard areMirrored else {
                to.update(from: from, count: valuesPerSample)
                continue
            }
            for row in 0..<rows {
                for column in 0..<columns { to[row * columns + column] = from[(row + 1) * columns - 1 - column] }
            }
        }
        return Samples(count: places.count, rows: rows, columns: columns, base: UnsafePointer(block.base), owner: block)
    }
}

extension RecogniserInputs {
    /// Fits what settings ask for beside an encoder's features, on the samples `training` alone.
    ///
    /// - Parameters:
    ///   - dataset: the samples; where they are prepared already, so are those that the inputs are read of later.
    ///   - preparation: the encoder's, or the settings' where there is none.
    ///   - training: the samples to fit on.
    ///   - settings: the recogniser's.
    ///   - threads: how many threads to use.
    /// - Throws: `RecognitionError` when there are too few samples or they differ too little, `DatasetError.unsuitable`
    ///   for samples that can't be prepared so.
    init(
        of dataset: Dataset, by preparation: Preparation, fittingOn training: [Int], settings: RecogniserSettings,
        threads: Int
    ) throws {
        let preparation = dataset.preparationOfValues(by: preparation)
        // Only components are fitted, and preparing may be much work.
        let isFitted = settings.principalComponents > 0
        let left = isFitted ? try dataset.preparationLeft(for: preparation) : .none
        try self.init(
            of: left.prepared(dataset.samples, frame: dataset.frame, threads: threads), by: preparation,
            training: training, settings: settings)
    }
}

extension Dataset {
    /// What is done to samples whose values are read beside the features of an encoder that has this preparation: the
    /// dataset's own where that asks for nothing, so that others are read alike.
    func preparationOfValues(by preparation: Preparation) -> Preparation {
        preparation.ofValues == .none ? self.preparation ?? .none : preparation.ofValues
    }

    /// Samples as something reads them that takes them so prepared.
    ///
    /// - Parameters:
    ///   - samples: its own, some of them or their mirrors.
    ///   - preparation: what is done to those that are not prepared yet.
    ///   - threads: how many threads to use.
    /// - Returns: as many samples.
    /// - Throws: `DatasetError.unsuitable` for samples that can't be prepared so.
    fileprivate func prepared(
        _ samples: Samples, by preparation: Preparation, threads: Int
    ) throws(DatasetError) -> PreparedSamples {
        try preparationLeft(for: preparation).prepared(samples, frame: frame, threads: threads)
    }
}

extension Encoder.Record {
    /// The record of an encoder that starts from initial parameters, for samples of a dataset.
    ///
    /// - Throws: `DatasetError.unsuitable` for samples that can't be prepared as the settings say.
    fileprivate init(startingOn dataset: Dataset, settings: UpstreamSettings) throws(DatasetError) {
        let (samples, left) = (dataset.samples, try dataset.preparationLeft(for: settings.preparation))
        let shape = left.shape(rows: samples.rows, columns: samples.columns)
        self.init(
            network: settings.network, preparation: settings.preparation, rows: shape.rows, columns: shape.columns,
            content: dataset.content, units: dataset.units)
    }
}
