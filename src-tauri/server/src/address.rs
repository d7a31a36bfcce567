//! Where devices reach the server: what stands in a pairing code must be what a device can use.

use std::net::{IpAddr, Ipv6Addr};

use crate::{Error, Result};

/// How an address begins that needs no TLS.
const PLAIN: &str = "http://";

/// What no host is written with.
const NO_HOST: &[char] = &[
    '/', '\\', '?', '#', '@', '%', '<', '>', '^', '|', '[', ']', '"', '\'', '`', '{', '}', ',', ';', ':',
];

fn refused(address: &str, why: &str) -> Error {
    Error::Refused(format!("\"{address}\" is no address that devices can use: {why}"))
}

/// An address as devices take it: a host and a port, or `http://` and this very machine.
///
/// # Errors
/// [`Error::Refused`], with the reason.
pub fn checked(typed: &str) -> Result<String> {
    let address = typed.trim();
    let say = |why| refused(address, why);
    let (is_plain, rest) = match address.strip_prefix(PLAIN) {
        Some(rest) => (true, rest),
        None => (false, address),
    };
    if rest.contains("://") {
        return Err(say(
            "leave what stands before the host out; it is a host and a port, as in head.example.com:7443",
        ));
    }
    let (host, port) = rest
        .rsplit_once(':')
        .ok_or_else(|| say("the port is missing, as in head.example.com:7443"))?;
    let is_port = port.bytes().all(|byte| byte.is_ascii_digit());
    if !is_port || !port.parse::<u16>().is_ok_and(|port| port > 0) {
        return Err(say(
            "after the last colon stands a port and nothing else, as in head.example.com:7443",
        ));
    }
    let ip = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(within) => {
            let ip = within.parse::<Ipv6Addr>();
            Some(IpAddr::V6(ip.map_err(|_| {
                say("between the brackets stands an IPv6 address, as in [2001:db8::1]:7443")
            })?))
        }
        None => {
            if host.parse::<Ipv6Addr>().is_ok() {
                return Err(say(
                    "an IPv6 address stands in brackets, as in [2001:db8::1]:7443",
                ));
            }
            let is_host = !host.is_empty()
                && !host.contains(NO_HOST)
                && !host.contains(|c: char| c.is_whitespace() || c.is_control());
            if !is_host {
                return Err(say("it is a host and a port, as in head.example.com:7443"));
            }
            host.parse().ok()
        }
    };
    let is_this_machine = host == "localhost" || ip.is_some_and(|ip| ip.is_loopback());
    if is_plain && !is_this_machine {
        return Err(say(
            "without TLS devices speak only to their own machine (http://127.0.0.1:7443, http://[::1]:7443, \
             http://localhost:7443); for any other, leave http:// out",
        ));
    }
    Ok(address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_and_a_port_are_taken() {
        for address in [
            "head.example.com:7443",
            "салон.бг:443",
            "head-office:1",
            "10.20.0.11:65535",
            "[2001:db8::1]:7443",
            "127.0.0.1:7443",
            "http://127.0.0.1:7443",
            "http://127.8.8.8:80",
            "http://[::1]:7443",
            "http://localhost:7443",
        ] {
            assert_eq!(checked(address).unwrap(), address);
        }
        assert_eq!(
            checked(" head.example.com:7443\n").unwrap(),
            "head.example.com:7443"
        );
    }

    #[test]
    fn what_no_device_could_use_is_refused_with_its_reason() {
        for (address, why) in [
            ("http://head.example.com:7443", "only to their own machine"),
            ("http://10.20.0.11:7443", "only to their own machine"),
            ("http://[2001:db8::1]:7443", "only to their own machine"),
            ("http://127.0.0.1.example.com:7443", "only to their own machine"),
            ("http://127.0.0.1", "the port is missing"),
            ("https://head.example.com:7443", "before the host"),
            ("ftp://head.example.com:7443", "before the host"),
            ("http://https://localhost:1", "before the host"),
            ("head.example.com", "the port is missing"),
            ("", "the port is missing"),
            ("head.example.com:", "stands a port"),
            ("head.example.com:0", "stands a port"),
            ("head.example.com:+443", "stands a port"),
            ("head.example.com:65536", "stands a port"),
            ("head.example.com:7443/", "stands a port"),
            ("head.example.com:7443/v1", "stands a port"),
            (":7443", "a host and a port"),
            ("head.example.com/x:7443", "a host and a port"),
            ("anna@head.example.com:7443", "a host and a port"),
            ("head example.com:7443", "a host and a port"),
            ("head:office:7443", "a host and a port"),
            ("2001:db8::1:7443", "in brackets"),
            ("::1:7443", "in brackets"),
            ("[head]:7443", "between the brackets"),
            ("[127.0.0.1]:7443", "between the brackets"),
        ] {
            let told = checked(address).unwrap_err().to_string();
            assert!(told.contains(why), "{address}: {told}");
        }
    }
}
