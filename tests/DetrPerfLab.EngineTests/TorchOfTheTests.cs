using System.Runtime.CompilerServices;
using DetrPerfLab.Engines.Torch;

namespace DetrPerfLab.Tests;

/// <summary>Tests call TorchSharp by itself, too; it must find its native library as the lab's engines do.</summary>
static class TorchOfTheTests
{
    [ModuleInitializer]
    internal static void Load() => _ = TorchNative.HowLoaded;
}
