import Layers
public import Numerics
import Signals

extension RecogniserSettings {
    /// Refuses values that make no sense as what they are computed with: 32-bit floats, and for dropout 65,536ths.
    ///
    /// - Throws: `SettingFault` for the first of them.
    public func validate() throws(SettingFault) {
        let check = SettingFault.check
        try check((1...65_536).contains(hiddenUnits), "hidden_units", hiddenUnits, "1 to 65536")
        try check(sequenceLength.map { $0 > 0 } ?? true, "sequence_length", sequenceLength ?? 0, "1 or more, or whole")
        try check((1...1 << 24).contains(batchSequences), "batch_sequences", batchSequences, "1 to 2^24")
        try AdamSettings(learningRate: learningRate).validate()
        try SettingFault.checkPositive("encoder_learning_rate", encoderLearningRate)
        try check(warmupSteps >= 0, "warmup_steps", warmupSteps, "0 or more")
        let decayed = weightDecay * max(learningRate, encoder.trainsBody ? encoderLearningRate : 0)
        try check(
            weightDecay >= 0 && decayed < 1, "weight_decay", weightDecay, "0 or more, and less than 1 / learning_rate")
        try check((1...1 << 24).contains(epochs), "epochs", epochs, "1 to 2^24")
        try check((0...1 << 40).contains(steps), "steps", steps, "0 to 2^40")
        try check(
            dropout == 0 || (0..<1).contains(dropout) && (1...65_535).contains((dropout * 65_536).rounded()), "dropout",
            dropout, "0 to below 1: 0 itself, or 0.00001 to 0.99999")
        // Adam divides by the root of squared gradients plus its epsilon of 1e-8: much shorter ones would train
        // nothing.
        try check(
            gradientClip == 0 || gradientClip >= 1e-6 && gradientClip.isFinite, "gradient_clip", gradientClip,
            "0, or 0.000001 or more")
        try check((0...1e6).contains(inputNoise), "input_noise", inputNoise, "0 to 1000000")
        try check(
            inputClip == 0 || (1e-6...1e30).contains(inputClip), "input_clip", inputClip, "0, or 0.000001 to 1e30")
        try check(stopSubjects >= 0, "stop_subjects", stopSubjects, "0 or more")
        let selfTraining = selfTrainingSteps ?? 0
        try check((0...1 << 40).contains(selfTraining), "self_training_steps", selfTraining, "0 to 2^40")
        try check(
            selfTraining == 0 || encoder != .none, "self_training_steps", selfTraining,
            "0 where encoder is none: it is the encoder that learns from answers")
        try check(
            selfTraining == 0 || stopSubjects == 0, "stop_subjects", stopSubjects,
            "0 with self_training_steps: the encoder learns from everybody's labels")
        try check(
            (0...2).contains(rareClassCorrection), "rare_class_correction", rareClassCorrection, "a number from 0 to 2")
        try validateSchemesAndMembers()
        try validateInputs()
        try trees.validate()
        try check(
            trees == .none || !encoder.trainsBody || includeInputs || principalComponents > 0, "trees",
            trees.kind.rawValue, "none, or include_inputs: true: trees don't read the features of a body in training")
    }

    private func validateSchemesAndMembers() throws(SettingFault) {
        let schemes = [Self.noScheme, Self.otherSchemes] + LabelScheme.allCases.map(\.rawValue)
        try SettingFault.check(
            schemes.contains(secondScheme), "second_scheme", secondScheme, schemes.joined(separator: " or "))
        try augmentation.validate()
        let hasBody = encoder.trainsBody || augmentation.kind == Augmentation.none.kind
        try SettingFault.check(
            hasBody, "augmentation", augmentation.kind,
            "none, or encoder: tuned, which alone sees samples again and again")
        try SettingFault.check((1...1000).contains(members), "members", members, "1 to 1000")
    }

    private func validateInputs() throws(SettingFault) {
        let check = SettingFault.check
        try check((0...64).contains(principalComponents), "principal_components", principalComponents, "0 to 64")
        try check((0...64).contains(fisherComponents), "fisher_components", fisherComponents, "0 to 64")
        try check(
            fisherComponents == 0 || principalComponents > 0, "fisher_components", fisherComponents,
            "0, or principal_components of 1 or more, which Fisher vectors stand on")
        try check(
            encoder != .none || includeInputs || principalComponents > 0, "include_inputs", includeInputs,
            "true where encoder is none: nothing else would be read")
    }
}
