// swift-tools-version: 6.1
import PackageDescription

/// A program of somebody else's that uses the library; `Scripts/check` builds and runs it.
let package = Package(
    name: "LibraryExample",
    dependencies: [.package(name: "ssrm", path: "../..")],
    targets: [
        .executableTarget(
            name: "LibraryExample", dependencies: [.product(name: "SleepRecognition", package: "ssrm")],
            swiftSettings: [.swiftLanguageMode(.v6)])
    ]
)
