import Encoders
import Layers
import Upstream

extension UpstreamSettings {
    /// The perceptron's settings.
    var perceptron: MLPSettings {
        get { network.choice as? MLPSettings ?? .standard }
        set { network = NetworkSettings(newValue) }
    }

    /// The views' settings.
    var views: ViewSettings {
        get { task.choice as? ViewSettings ?? .standard }
        set { task = TaskSettings(newValue) }
    }

    /// Adam's settings.
    var adam: AdamSettings {
        get {
            switch optimiser {
            case .adam(let settings): settings
            }
        }
        set { optimiser = .adam(newValue) }
    }
}
