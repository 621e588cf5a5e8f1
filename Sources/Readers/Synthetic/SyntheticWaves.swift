import Numerics
import Signals

extension SyntheticSignals {
    /// How often single waves come a minute, by stage from W to REM.
    ///
    /// Spindles: 2 to 5 a minute of N2 and fewer in N3 (Purcell et al., *Nature Communications* 8 (2017) 15930).
    /// K-complexes: 1 to 2 a minute of N2. Vertex waves belong to N1, trains of saw-tooth waves and bursts of rapid
    /// eye movements to REM sleep, blinks to open eyes, slow eye movements to N1 (AASM manual, rules IV). How many is
    /// chosen.
    private enum Rate {
        static let spindles = [0, 0.2, 3.5, 2, 0.1]
        static let kComplexes = [0, 0.05, 1.3, 0.8, 0]
        static let vertexWaves = [0, 2.0, 0.5, 0, 0]
        static let sawTooth = [0, 0, 0, 0, 1.2]
        static let jumps = [2.0, 0.3, 0.02, 0, 3.5]
        static let jumpsOfOpenEyes = 8.0
        static let blinks = 12.0
        static let slowEyes = [0.8, 3.5, 0.1, 0, 0.1]
    }

    /// Adds single waves, tick by tick.
    mutating func addWaves() {
        let perTick = 1 / (60 * Double(Self.ticksPerSecond))
        var lastSlow = -1.0
        var depth = 0.0
        for tick in stageOfTick.indices {
            let stage = stageOfTick[tick].rawValue
            let start = (Double(tick) + random.uniform()) / Double(Self.ticksPerSecond)
            if tick % Self.ticksPerEpoch == 0 { depth = slowShare(stageOfTick[tick + Self.ticksPerEpoch / 2]) }
            if depth > 0, stage == 2 || stage == 3, start > lastSlow {
                // Trains of 1 to 4 waves, each of about a second, with gaps that leave them their share.
                let gap = 2.5 / sleeper.slowFrequency * (1 - depth) / depth
                if random.uniform() < 1 / max(gap * Double(Self.ticksPerSecond), 1) {
                    lastSlow = addSlowWaves(start)
                }
            }
            if comes(Rate.spindles[stage] * sleeper.spindleDensity * perTick) { addSpindle(start) }
            if comes(Rate.kComplexes[stage] * sleeper.kComplexDensity * perTick) { addKComplex(start) }
            if comes(Rate.vertexWaves[stage] * perTick) {
                // Sharp, shorter than half a second (AASM).
                let size = 35 * exponential(0.3 * random.truncatedNormal())
                add(start, seconds: 0.3, eeg: size, eog: 0.2 * size) { part, _ in -WaveShape.hump(part) }
            }
            if comes(Rate.sawTooth[stage] * perTick) { addSawTooth(start) }
            addEyes(start, stage, isOpen: stage == 0 && eyesAreOpen[tick], perTick)
        }
    }

    private mutating func comes(_ probability: Double) -> Bool {
        probability > 0 && random.uniform() < probability
    }

    /// Which share of a sleep epoch slow waves fill: a fifth or more in N3, less in N2 (AASM manual, rules IV).
    private mutating func slowShare(_ stage: SleepStage) -> Double {
        switch stage {
        case .n2:
            let draw = random.uniform()
            return 0.18 * draw * draw
        case .n3: return 0.2 + 0.4 * random.uniform()
        default: return 0
        }
    }

    /// Slow waves of 0.5 to 2 Hz, 75 uV and more from peak to peak (AASM manual, rules IV).
    ///
    /// - Returns: when the last one ends.
    private mutating func addSlowWaves(_ start: Double) -> Double {
        var start = start
        for _ in 0..<1 + Int(4 * random.uniform()) {
            let frequency = min(max(sleeper.slowFrequency * exponential(0.25 * random.normal()), 0.5), 2)
            let size = 37.5 * (1 + 0.5 * abs(random.normal())) * sleeper.slow
            add(start, seconds: 1 / frequency, eeg: size, eog: 0.55 * size) { part, _ in WaveShape.slow(part) }
            start += 1 / frequency
        }
        return start
    }

    /// A train of 11 to 16 Hz, 0.5 to 2 s long (AASM manual, rules IV).
    private mutating func addSpindle(_ start: Double) {
        let seconds = 0.5 + 1.5 * random.uniform() * random.uniform()
        let frequency = min(max(sleeper.spindleFrequency + 0.3 * random.normal(), 11), 16)
        let size = 17 * sleeper.spindle * exponential(0.25 * random.truncatedNormal())
        add(start, seconds: seconds, eeg: size, eog: 0.15 * size) { part, _ in
            WaveShape.spindle(part, turns: frequency * seconds)
        }
    }

    /// A negative wave and a positive one that stand out, together half a second or longer (AASM manual, rules IV); a
    /// spindle often follows.
    private mutating func addKComplex(_ start: Double) {
        let seconds = 0.6 + 0.6 * random.uniform()
        let size = 75 * sleeper.slow * exponential(0.3 * random.truncatedNormal())
        add(start, seconds: seconds, eeg: size, eog: 0.55 * size) { part, _ in WaveShape.kComplex(part) }
        if random.uniform() < 0.4 { addSpindle(start + 0.8 * seconds) }
    }

    /// A train of triangular waves of 2 to 6 Hz (AASM manual, rules IV), often before eye movements.
    private mutating func addSawTooth(_ start: Double) {
        let frequency = 2 + 4 * random.uniform()
        let waves = Double(3 + Int(6 * random.uniform()))
        let size = 16 * exponential(0.25 * random.truncatedNormal())
        add(start, seconds: waves / frequency, eeg: size, eog: 0.3 * size) { part, _ in
            WaveShape.sawTooth((waves * part).truncatingRemainder(dividingBy: 1))
        }
        if random.uniform() < 0.5 { addJumps(start + waves / frequency) }
    }

    /// What the eyes do.
    private mutating func addEyes(_ start: Double, _ stage: Int, isOpen: Bool, _ perTick: Double) {
        let jumps = isOpen ? Rate.jumpsOfOpenEyes : Rate.jumps[stage] * sleeper.eyes
        if comes(jumps * perTick) { addJumps(start) }
        if isOpen, comes(Rate.blinks * sleeper.eyes * perTick) {
            let size = 110 * sleeper.eyeGain * exponential(0.3 * random.truncatedNormal())
            add(start, seconds: 0.2 + 0.2 * random.uniform(), eeg: 0.25 * size, eog: size) { part, _ in
                WaveShape.hump(part)
            }
        }
        if comes((isOpen ? 0 : Rate.slowEyes[stage]) * perTick) {
            // Regular and sinusoidal; a deflection lasts longer than half a second (AASM manual, rules IV).
            let (seconds, frequency) = (3 + 5 * random.uniform(), 0.2 + 0.3 * random.uniform())
            let size = 40 * sleeper.eyeGain * exponential(0.3 * random.truncatedNormal())
            add(start, seconds: seconds, eeg: 0.1 * size, eog: size) { part, passed in
                WaveShape.hump(part) * sine(turns: frequency * passed)
            }
        }
    }

    /// Rapid eye movements, one or a burst of them: irregular, sharply peaked, the first deflection shorter than half a
    /// second (AASM manual, rules IV).
    private mutating func addJumps(_ start: Double) {
        var start = start
        for _ in 0..<1 + Int(5 * random.uniform() * random.uniform()) {
            let size = 60 * sleeper.eyeGain * random.truncatedNormal()
            let rise = 0.06 + 0.1 * random.uniform()
            add(start, seconds: 2, eeg: 0.15 * size, eog: size) { _, passed in WaveShape.jump(passed, rise: rise) }
            start += 0.2 + 0.8 * random.uniform()
        }
    }

    /// Adds a wave to both channels, as far as the signals go; `eeg` in the sleeper's gain, in microvolts.
    private mutating func add(
        _ start: Double, seconds: Double, eeg: Double, eog: Double,
        _ shape: (_ part: Double, _ passed: Double) -> Double
    ) {
        let rate = Double(Self.rate)
        let first = Int((start * rate).rounded(.up))
        let last = min(Int((start + seconds) * rate), self.eeg.count - 1)
        guard first <= last else { return }
        for value in first...last {
            let passed = Double(value) / rate - start
            let height = shape(passed / seconds, passed)
            self.eeg[value] += Float(eeg * sleeper.gain * height)
            self.eog[value] += Float(eog * height)
        }
    }
}
