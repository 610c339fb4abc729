using System.Reflection;

namespace DetrPerfLab.Core;

/// <summary>Versions of packages, for <see cref="MachineInfo.Packages"/>.</summary>
public static class PackageVersion
{
    /// <summary>The package's name and the version that one of its assemblies says of itself.</summary>
    public static KeyValuePair<string, string> Of(string package, Assembly assembly) => new(
        package,
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? assembly.GetName().Version?.ToString() ?? "unknown");
}
