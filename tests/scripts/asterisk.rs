//! Asterisk's side of FastAGI, as `res_agi` holds it: it sends its lines, carries commands out, and answers each.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::timeout,
};

/// Longest wait for anything.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A channel that runs `AGI(agi://…)`.
#[derive(Clone)]
pub struct Channel {
    pub address: SocketAddr,
    lines: Vec<String>,
    /// It is hung up before it answers the command of this number, from 0.
    pub hangs_up_at: Option<usize>,
}

/// What a script did to its channel.
#[derive(Clone, Debug, Default)]
pub struct Ran {
    /// Variables in the order in which they were set.
    pub set: Vec<(String, String)>,
}

impl Ran {
    /// The value that a variable was given last.
    #[track_caller]
    pub fn get(&self, name: &str) -> &str {
        let found = self.set.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_else(|| panic!("{name} was not set: {self:?}"))
    }

    pub fn has(&self, name: &str) -> bool {
        self.set.iter().any(|(known, _)| known == name)
    }
}

impl Channel {
    pub fn new(address: SocketAddr, script: &str, caller: &str) -> Self {
        // As a real 22.10.1 sent them.
        let text = format!(
            "agi_network: yes\nagi_network_script: {script}\nagi_request: agi://127.0.0.1:{}/{script}\n\
             agi_channel: PJSIP/caller0-00000000\nagi_language: en\nagi_type: PJSIP\n\
             agi_uniqueid: rig1-1732158000.12\nagi_version: 22.10.1\nagi_callerid: {caller}\n\
             agi_calleridname: unknown\nagi_callingpres: 0\nagi_callingani2: 0\nagi_callington: 0\n\
             agi_callingtns: 0\nagi_dnid: 1000\nagi_rdnis: unknown\nagi_context: from-trunk\n\
             agi_extension: 1000\nagi_priority: 2\nagi_enhanced: 0.0\nagi_accountcode: \nagi_threadid: 140012",
            address.port()
        );
        Self { address, lines: text.lines().map(str::to_owned).collect(), hangs_up_at: None }
    }

    /// One more argument of `AGI()`, as Asterisk sends whatever it is given.
    pub fn argument(mut self, text: &str) -> Self {
        let number = 1 + self.lines.iter().filter(|line| line.starts_with("agi_arg_")).count();
        self.lines.push(format!("agi_arg_{number}: {text}"));
        self
    }

    pub fn hangs_up_at(mut self, command: usize) -> Self {
        self.hangs_up_at = Some(command);
        self
    }

    /// The request as it goes over the wire.
    pub fn request(&self) -> String {
        self.lines.join("\n") + "\n\n"
    }

    /// Runs the script to its end.
    pub async fn run(&self) -> Ran {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(self.request().as_bytes()).await.unwrap();
        self.serve(stream).await
    }

    /// Carries out what the script wants until it closes the connection.
    pub async fn serve(&self, stream: TcpStream) -> Ran {
        timeout(PATIENCE, self.obey(stream)).await.expect("the script ends")
    }

    async fn obey(&self, stream: TcpStream) -> Ran {
        let mut stream = BufReader::new(stream);
        let mut ran = Ran::default();
        for number in 0.. {
            let mut line = String::new();
            // A reset is an end too: Asterisk takes it as one.
            if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                break;
            }
            let words = words(line.strip_suffix('\n').expect("a whole line"));
            if self.hangs_up_at.is_some_and(|at| number >= at) {
                let first = self.hangs_up_at == Some(number);
                let said = if first { "HANGUP\n200 result=1\n" } else { "200 result=1\n" };
                stream.get_mut().write_all(said.as_bytes()).await.unwrap();
            } else {
                stream.get_mut().write_all(b"200 result=1\n").await.unwrap();
            }
            match &words[..] {
                [set, variable, name, value] if set == "SET" && variable == "VARIABLE" => {
                    ran.set.push((name.clone(), value.clone()));
                }
                other => panic!("Asterisk would be told {other:?}"),
            }
        }
        ran
    }
}

/// As `res_agi`'s `parse_args` reads a line.
pub fn words(line: &str) -> Vec<String> {
    let (mut words, mut quoted, mut escaped, mut space) = (Vec::<String>::new(), false, false, true);
    for sign in line.chars() {
        match sign {
            '"' if !escaped => {
                quoted = !quoted;
                if quoted && space {
                    words.push(String::new());
                    space = false;
                }
            }
            ' ' | '\t' if !quoted && !escaped => space = true,
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            _ => {
                if space {
                    words.push(String::new());
                    space = false;
                }
                words.last_mut().unwrap().push(sign);
            }
        }
        escaped = false;
    }
    words
}
