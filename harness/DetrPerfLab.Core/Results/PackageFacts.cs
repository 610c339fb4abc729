using System.Reflection;

namespace DetrPerfLab.Core;

/// <summary>What a package really is on this machine: the package itself, or a stand-in of compat/ and the native libraries behind it.</summary>
/// <remarks>
/// A stand-in says so itself, by an assembly metadata entry <c>PackageSource</c> and, where it has a backend, a type
/// <c>DetrPerfLab.Compat.Backend</c> with a static method <c>Versions</c>; so no code outside compat/ knows which was built.
/// </remarks>
public static class PackageFacts
{
    /// <summary>Names the package and what stands behind it, for <see cref="MachineInfo.Packages"/>.</summary>
    /// <param name="package">The package's name.</param>
    /// <param name="assembly">An assembly that came from it.</param>
    /// <returns>The package first, then each library of its backend.</returns>
    public static IEnumerable<KeyValuePair<string, string>> Describe(string package, Assembly assembly)
    {
        var source = assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == "PackageSource")?.Value;
        var version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
            ?? assembly.GetName().Version?.ToString() ?? "unknown";
        yield return new(package, source ?? $"package {version}");

        var backend = assembly.GetType("DetrPerfLab.Compat.Backend")?.GetMethod("Versions", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic);
        foreach (var library in backend is null ? [] : Ask(backend)) { yield return library; }
    }

    static IEnumerable<KeyValuePair<string, string>> Ask(MethodInfo backend)
    {
        try { return backend.Invoke(null, null) as IReadOnlyDictionary<string, string> ?? Enumerable.Empty<KeyValuePair<string, string>>(); }
        catch (TargetInvocationException) { return []; } // its native library is missing, which whoever uses it reports with the remedy
    }
}
