using System.Runtime.CompilerServices;

namespace DetrPerfLab.EngineTests.Engines;

/// <summary>Tests call TorchSharp by itself, too; it must find its native library as the lab's engines do.</summary>
static class TorchOfTheTests
{
    [ModuleInitializer]
    internal static void Load() => _ = TorchNative.HowLoaded;
}
