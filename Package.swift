// swift-tools-version: 6.1
import PackageDescription

// MARK: - Settings

/// Every Swift target: Swift 6, imports internal unless said otherwise, `any` written out.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
]

/// Tests: in a release build what they test is optimised and they themselves are not, which halves the time that takes.
let ofTests: [SwiftSetting] = house + [.unsafeFlags(["-Onone"], .when(configuration: .release))]

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: house)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestKit"], resources: resources, swiftSettings: ofTests)
}

let package = Package(
    name: "ssrm",
    products: [
        .executable(name: "ssrm", targets: ["ssrm"]),
        // With the targets whose types its interface speaks of.
        .library(
            name: "SleepRecognition",
            targets: [
                "SleepRecognition", "Readers", "Datasets", "Signals", "Checkpoints", "Encoders", "Upstream",
                "Recognition", "Layers", "Numerics",
            ]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.0.0"),
        .package(url: "https://github.com/swhitty/FlyingFox", .upToNextMinor(from: "0.27.1")),
    ],
    targets: [
        // MARK: - C libraries
        .systemLibrary(name: "CZeroMQ"),
        .target(name: "COneDNN", linkerSettings: [.linkedLibrary("dl")]),
        .systemLibrary(name: "COpenSSL"),
        .systemLibrary(name: "CXXHash"),
        .systemLibrary(name: "CEDF"),
        .systemLibrary(name: "CSampleRate"),
        .target(name: "CLinux"),
        .target(name: "CWire", linkerSettings: [.linkedLibrary("protobuf-c")]),
        .target(name: "CKernels"),

        // MARK: - The science
        library("Numerics", ["COneDNN", "CKernels"]),
        library("Layers", ["Numerics", "CKernels"]),
        library("Signals", ["Numerics", "CKernels", "CSampleRate"]),
        library("Checkpoints", ["Numerics", "COpenSSL", "CLinux"]),
        library("Datasets", ["Signals", "Checkpoints", "Numerics"]),
        library("Readers", ["Datasets", "Signals", "Checkpoints", "Numerics", "CKernels"]),
        library("Encoders", ["Numerics", "Layers", "Signals", "Checkpoints", "CKernels"]),
        library("Upstream", ["Encoders", "Numerics", "Layers", "Signals", "Checkpoints", "CKernels"]),
        library("Recognition", ["Encoders", "Numerics", "Layers", "Signals", "Checkpoints", "CKernels"]),

        // MARK: - The distribution
        library("Wire", ["CWire", "CXXHash", "Numerics"]),
        library("Messaging", ["CZeroMQ", "CLinux"]),
        library("Coordination", ["Numerics", "Wire"]),
        library("Simulation", ["Coordination", "Numerics", "Wire"]),

        // MARK: - The program
        .target(
            name: "SleepRecognition",
            dependencies: [
                "Numerics", "Layers", "Signals", "Checkpoints", "Datasets", "Encoders", "Upstream", "Recognition",
                .product(name: "Yams", package: "Yams"),
            ],
            resources: [
                .embedInCode("Presets/paper.yaml"), .embedInCode("Presets/night.yaml"),
                .embedInCode("Presets/wrist.yaml"), .embedInCode("Presets/heartbeat.yaml"),
                .embedInCode("Presets/posture.yaml"), .embedInCode("Presets/psg.yaml"),
            ],
            swiftSettings: house),
        .target(
            name: "Reports",
            dependencies: [
                "Coordination", "Datasets", "Numerics", "Recognition", "SleepRecognition",
                .product(name: "Mustache", package: "swift-mustache"),
            ],
            resources: [
                .embedInCode("Page/page.mustache"), .embedInCode("Page/block.mustache"),
                .embedInCode("Page/style.css"), .embedInCode("Page/live.mustache"), .embedInCode("Page/main.mustache"),
                .embedInCode("Page/page.js"),
            ],
            swiftSettings: house),
        library(
            "Exports",
            [
                "CWire", "Numerics", "Layers", "Signals", "Checkpoints", "Datasets", "Encoders", "Recognition", "Wire",
                "Coordination", "SleepRecognition",
            ]),
        library(
            "Service",
            [
                "Numerics", "Signals", "Checkpoints", "Datasets", "Upstream", "Wire", "Messaging",
                "Coordination", "Simulation", "CLinux",
            ]),
        library(
            "StatusPage",
            [
                "Service", "Reports", "Upstream", "Coordination",
                .product(name: "FlyingFox", package: "FlyingFox"), .product(name: "FlyingSocks", package: "FlyingFox"),
            ]),
        .executableTarget(
            name: "ssrm",
            dependencies: [
                "Numerics", "Layers", "Signals", "Checkpoints", "Datasets", "Readers", "Encoders", "Upstream",
                "Recognition", "Messaging", "Coordination", "Service", "Simulation", "SleepRecognition", "Reports",
                "Exports",
                "StatusPage", "CLinux",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: house),

        // MARK: - Tests
        .target(
            name: "TestKit", dependencies: ["Numerics", "Coordination"], path: "Tests/TestKit",
            swiftSettings: house),
        tests("NumericsTests", ["Numerics", "CKernels"]),
        tests("LayersTests", ["Layers", "Numerics", "CKernels"], resources: [.copy("Fixtures")]),
        tests("SignalsTests", ["Signals", "Numerics"], resources: [.copy("Fixtures")]),
        tests("CheckpointsTests", ["Checkpoints", "Numerics"]),
        tests("DatasetsTests", ["Datasets", "Signals", "Checkpoints", "Numerics"]),
        tests(
            "ReadersTests", ["Readers", "Datasets", "Signals", "Checkpoints", "Numerics", "CEDF"],
            resources: [.copy("Fixtures")]),
        tests("EncodersTests", ["Encoders", "Numerics"], resources: [.copy("Fixtures")]),
        // A network and a pretext task of one's own, as anybody would add them.
        .target(
            name: "Examples", dependencies: ["Upstream", "Encoders", "Layers", "Signals", "Numerics"],
            path: "Tests/Examples", swiftSettings: house),
        tests("UpstreamTests", ["Upstream", "Examples", "Encoders", "Layers", "Signals", "Checkpoints", "Numerics"]),
        tests(
            "RecognitionTests", ["Recognition", "Encoders", "Layers", "Signals", "Checkpoints", "Numerics"],
            resources: [.copy("Fixtures")]),
        tests(
            "SleepRecognitionTests",
            [
                "SleepRecognition", "Examples", "Datasets", "Readers", "Recognition", "Upstream", "Encoders",
                "Signals", "Checkpoints", "Numerics",
            ]),
        tests(
            "ReportsTests", ["Reports", "SleepRecognition", "Recognition", "Datasets"], resources: [.copy("Fixtures")]),
        tests("ExportsTests", ["Exports", "Checkpoints", "Datasets", "Readers", "SleepRecognition", "CEDF"]),
        tests("WireTests", ["Wire", "Numerics"]),
        tests("MessagingTests", ["Messaging"]),
        tests("CoordinationTests", ["Coordination", "Wire", "Numerics"]),
        tests("SimulationTests", ["Simulation"]),
        tests(
            "ServiceTests",
            ["Service", "Wire", "Upstream", "Encoders", "Layers", "Coordination", "Signals", "Numerics"]),
        .executableTarget(
            name: "ExampleTrainer",
            dependencies: [
                "Examples", "Service", "Upstream", "Encoders", "Layers", "Datasets",
            ],
            path: "Tests/ExampleTrainer", swiftSettings: house),
        // Real processes of the built program; the executable is a dependency so that it is built first.
        tests(
            "ProgramTests",
            [
                "ssrm", "ExampleTrainer", "SleepRecognition", "Recognition", "Checkpoints", "Datasets", "Readers",
                "Upstream", "Encoders", "Layers", "Signals", "Wire", "Messaging", "Numerics",
            ]),
        .testTarget(
            name: "ClusterTests", dependencies: ["ssrm", "TestKit"], exclude: ["Support"], swiftSettings: ofTests),
        .testTarget(
            name: "ScriptsTests", dependencies: ["ssrm", "Checkpoints", "TestKit"], exclude: ["Support"],
            swiftSettings: ofTests),
    ]
)

// `Scripts/fuzz` alone builds these, with libFuzzer.
if Context.environment["SSRM_FUZZ"] != nil {
    package.targets += [
        .target(name: "CFuzz", path: "Tests/CFuzz"),
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "CFuzz", "Wire", "Messaging", "Numerics", "Signals", "Checkpoints", "Datasets", "Readers",
                "Encoders",
                "Upstream", "Recognition", "SleepRecognition", "Reports", "Service",
            ],
            path: "Tests/Fuzz", exclude: ["corpus", "python"], swiftSettings: house),
    ]
}
